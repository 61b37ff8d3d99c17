import type { Address } from "viem";
import { explained } from "./explain-error.ts";
import type { Chain } from "./chain.ts";
import { expectedMove, type Claim, type MoveType, type Phase, type Side } from "./game.ts";
import type { Job, Terms } from "./job.ts";
import { readBond, readGame, readGameCount, type GameView } from "./reads/games.ts";
import { readClaim, readJob, readTerms } from "./reads/jobs.ts";

/** What brings a game on: a move, the call that ends it when the mover's time is over, or the one that empties a void game. */
export type GameAction = MoveType | "timeout" | "reclaim";

/**
 * What an action usually costs. UNITS: gas. Source: transactions of real games, rounded up; a judgement of a long sum costs
 * more, up to a few million.
 */
export const usualGas: Readonly<Record<GameAction, number>> = {
  revealSteps: 80_000,
  pickStep: 65_000,
  revealTrace: 100_000,
  pickSide: 75_000,
  revealNodes: 80_000,
  pickNode: 65_000,
  openTensor: 90_000,
  revealChunk: 80_000,
  judge: 450_000,
  timeout: 210_000,
  reclaim: 110_000,
};

/** Who is expected to win: by the clock, by who knows the claim, `void` where another game convicted the job. */
export type Forecast = Side | "void" | "unknown";

/** What an open game may cost whom, and what it waits for. UNITS: amounts in the token's smallest. */
export interface GameAtRisk {
  readonly game: bigint;
  readonly job: bigint;
  readonly checkpoint: number;
  readonly defender: Address;
  readonly challenger: Address;
  readonly phase: Phase;
  readonly moves: number;
  /** Whose move it is. */
  readonly toMove: Side;
  /** What the mover has left, negative when his time is over. UNITS: seconds. */
  readonly secondsLeft: number;
  /** The solver's locked stake, lost if the challenger wins; 0 in a void game. One stake stands for all games of a job. */
  readonly stake: bigint;
  /** The challenger's, lost if the defender wins; 0 in a void game, which gives it back. */
  readonly bond: bigint;
  readonly forecast: Forecast;
  readonly next: { readonly by: Side | "anyone"; readonly action: GameAction; readonly gas: number };
}

/** What a game at risk is made of. UNITS: `now` in seconds since the epoch, of the latest block. */
export interface RiskFacts {
  readonly view: GameView;
  readonly job: Pick<Job, "status">;
  readonly terms: Pick<Terms, "stake">;
  readonly bond: bigint;
  readonly now: bigint;
  /** Who is right by an own execution of the segment; undefined where there is none. */
  readonly opinion?: Side | undefined;
}

/** Money at risk in a game; undefined where it is over. Pure. */
export function gameAtRisk({ view, job, terms, bond, now, opinion }: RiskFacts): GameAtRisk | undefined {
  const { id, jobId, checkpoint, defender, challenger, game } = view;
  const expected = expectedMove[game.phase];
  if (expected === null) return undefined;
  const { side: toMove, type } = expected;
  const clock = toMove === "defender" ? view.defenderClock : view.challengerClock;
  const secondsLeft = clock - Number(now - view.lastMoveAt);
  const parties = { game: id, job: jobId, checkpoint, defender, challenger };
  const whole = { ...parties, phase: game.phase, moves: game.moves, toMove, secondsLeft, stake: terms.stake, bond };
  if (job.status === "Convicted") {
    const next = { by: "challenger", action: "reclaim", gas: usualGas.reclaim } as const;
    return { ...whole, stake: 0n, bond: 0n, forecast: "void", next };
  }
  if (secondsLeft < 0) {
    const forecast = toMove === "defender" ? "challenger" : "defender";
    return { ...whole, forecast, next: { by: "anyone", action: "timeout", gas: usualGas.timeout } };
  }
  return { ...whole, forecast: opinion ?? "unknown", next: { by: toMove, action: type, gas: usualGas[type] } };
}

/** Money in games, by what is expected of it. UNITS: the token's smallest. */
export interface RiskTotals {
  readonly games: number;
  readonly stakes: Readonly<Record<"win" | "lose" | "unknown", bigint>>;
  readonly bonds: Readonly<Record<"win" | "lose" | "unknown", bigint>>;
}

const outcomes = ["win", "unknown", "lose"] as const;

/** The sums over games, of one account or of all. A job's stake counts once, by the worst of its games. Pure. */
export function riskTotals(risks: readonly GameAtRisk[], account?: Address): RiskTotals {
  const is = (address: Address) => account === undefined || address.toLowerCase() === account.toLowerCase();
  const expected = ({ forecast }: GameAtRisk, side: Side) =>
    forecast === "unknown" ? "unknown" : forecast === side || forecast === "void" ? "win" : "lose";
  const own = risks.filter(({ defender, challenger }) => is(defender) || is(challenger));
  const stakes = { win: 0n, lose: 0n, unknown: 0n };
  const bonds = { win: 0n, lose: 0n, unknown: 0n };
  const worst = new Map<bigint, { outcome: (typeof outcomes)[number]; stake: bigint }>();
  for (const risk of own) {
    if (is(risk.challenger)) bonds[expected(risk, "challenger")] += risk.bond;
    if (!is(risk.defender)) continue;
    const outcome = expected(risk, "defender");
    const known = worst.get(risk.job);
    if (known === undefined || outcomes.indexOf(outcome) > outcomes.indexOf(known.outcome)) {
      worst.set(risk.job, { outcome, stake: risk.stake });
    }
  }
  for (const { outcome, stake } of worst.values()) stakes[outcome] += stake;
  return { games: own.length, stakes, bonds };
}

/** Who is right about a claim, by an own execution of its segment. */
export type Opinion = (claim: Claim, view: GameView, job: Job) => Side | undefined;

/** The open ones among games, with what they may cost. `now` as in `RiskFacts`. */
export async function gamesAtRisk(
  chain: Chain,
  views: readonly GameView[],
  now: bigint,
  opinion?: Opinion,
): Promise<GameAtRisk[]> {
  const open = views.filter(({ game }) => expectedMove[game.phase] !== null);
  const risks = open.map(async (view) => {
    const { jobId, checkpoint } = view;
    const [job, terms, bond, claim] = await Promise.all([
      readJob(chain, jobId),
      readTerms(chain, jobId),
      readBond(chain, jobId),
      opinion === undefined ? undefined : readClaim(chain, jobId, checkpoint),
    ]);
    return gameAtRisk({ view, job, terms, bond, now, opinion: claim && opinion?.(claim, view, job) });
  });
  return (await Promise.all(risks)).filter((risk) => risk !== undefined);
}

/** Games read at once. */
const together = 100n;

/** Every open game among the latest `most`, newest first. */
export async function readGamesAtRisk(
  chain: Chain,
  { opinion, most = 10_000n }: { readonly opinion?: Opinion; readonly most?: bigint } = {},
): Promise<GameAtRisk[]> {
  const count = await readGameCount(chain);
  const { timestamp } = await explained(chain.client.getBlock({ blockTag: "latest" }));
  const oldest = count > most ? count - most + 1n : 1n;
  const risks: GameAtRisk[] = [];
  for (let last = count; last >= oldest; last -= together) {
    const size = Number(last - oldest + 1n < together ? last - oldest + 1n : together);
    const views = await Promise.all(Array.from({ length: size }, (_, i) => readGame(chain, last - BigInt(i))));
    risks.push(...(await gamesAtRisk(chain, views, timestamp, opinion)));
  }
  return risks;
}
