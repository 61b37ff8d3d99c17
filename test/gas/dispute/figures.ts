import type { MoveCost } from "../../contracts/game/board.ts";

/** What a game may cost on ordinary data. UNITS: rounds; gas. */
export const targets = { rounds: 8, bothSides: 2_000_000, reveal: 120_000, pick: 60_000 } as const;

/** One game that was played, as it is printed. */
export interface GameFigure {
  readonly reasons: readonly string[];
  readonly kind: string;
  readonly operator: number;
  readonly element: number;
  /** Words of the operator's output. */
  readonly words: number;
  /** Terms of its sum; absent where it sums none. */
  readonly terms?: number;
  /** Bit patterns. */
  readonly claimed: string;
  readonly expected: string;
  /** Reveals that a pick answered. The revealed chunk and its judgement come after them. */
  readonly rounds: number;
  /** Judgement included, the opening not. UNITS: gas. */
  readonly gas: Readonly<Record<"defender" | "challenger" | "both" | "judge" | "open", number>>;
  /** What a compiler's report says of the judgement: without its transaction, and the settlement after it. UNITS: gas. */
  readonly estimate: number;
  readonly costs: readonly MoveCost[];
}

/** All of a run. */
export interface DisputeFigures {
  readonly training: { readonly name: string; readonly parameters: number; readonly operators: number };
  readonly segment: { readonly steps: number; readonly grid: number; readonly disputed: number };
  readonly execution: {
    readonly engine: string;
    readonly msAStep: number;
    /** By the number of steps before. */
    readonly losses: Readonly<Record<number, number>>;
    readonly startRoot: string;
    readonly endRoot: string;
  };
  readonly games: readonly GameFigure[];
}

/** Whether a move is the challenger's answer to a reveal. */
export function isPick({ move }: MoveCost): boolean {
  return move === "pickStep" || move === "pickSide" || move === "pickNode";
}

/** A figure beside what it may be. */
export interface Compared {
  readonly what: string;
  readonly most: number;
  readonly target: number;
  /** The game that it is from. */
  readonly where: string;
}

function most(what: string, target: number, games: readonly GameFigure[], by: (game: GameFigure) => number): Compared {
  const worst = games.reduce((before, game) => (by(game) > by(before) ? game : before));
  return { what, most: by(worst), target, where: `${worst.kind}, operator ${worst.operator}` };
}

/** The greatest figures of the games beside the targets: rounds, gas of both sides, and gas of the moves of each phase. */
export function compare(games: readonly GameFigure[]): Compared[] {
  const moves = new Map(games.flatMap(({ costs }) => costs.map((cost) => [cost.phase, cost] as const)));
  const phases = [...moves.values()].filter(({ move }) => move !== "open" && move !== "judge");
  const gasIn = ({ costs }: GameFigure, phase: string) =>
    Math.max(0, ...costs.filter((cost) => cost.phase === phase).map(({ gas }) => gas));
  return [
    most("rounds", targets.rounds, games, ({ rounds }) => rounds),
    most("gas of both sides", targets.bothSides, games, ({ gas }) => gas.both),
    ...phases.map(({ phase, move, side }) => {
      const target = side === "defender" ? targets.reveal : targets.pick;
      return most(`gas of ${move} in ${phase}`, target, games, (game) => gasIn(game, phase));
    }),
  ];
}
