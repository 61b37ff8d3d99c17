import type { Address } from "viem";
import { DefectError } from "../common/index.ts";
import {
  applyMove,
  expectedMove,
  openingGame,
  phases,
  type Claim,
  type Game,
  type RecordedMove,
  type Side,
} from "../protocol/index.ts";
import type { MinedBlock } from "./local-chain.ts";
import type { Entry, Sending } from "./sending.ts";

/** A game as it stands. UNITS: clocks in seconds, `lastMoveAt` since the epoch. */
export interface GameState {
  readonly id: bigint;
  readonly jobId: bigint;
  readonly k: number;
  readonly challenger: Address;
  readonly claim: Claim;
  readonly game: Game;
  readonly history: readonly RecordedMove[];
  readonly lastMoveAt: number;
  readonly clocks: Readonly<Record<Side, number>>;
}

/** What a game is opened with. */
interface GameTerms {
  readonly claim: Claim;
  readonly clock: number;
  readonly extension: number;
}

/** All that the contracts said in a run, and its games; a reorganisation puts an older copy in its place. */
export class ChainRecord {
  readonly #termsOf: (record: ChainRecord, jobId: bigint, k: number) => GameTerms;
  readonly entries: Entry[];
  readonly games: Map<bigint, GameState>;

  /** @param termsOf what a game on checkpoint k of a job is about, as the record stands */
  constructor(termsOf: ChainRecord["termsOf"], entries: readonly Entry[] = [], games: Iterable<GameState> = []) {
    this.#termsOf = termsOf;
    this.entries = [...entries];
    this.games = new Map([...games].map((game) => [game.id, game]));
  }

  get termsOf(): (record: ChainRecord, jobId: bigint, k: number) => GameTerms {
    return this.#termsOf;
  }

  copy(): ChainRecord {
    return new ChainRecord(this.#termsOf, this.entries, this.games.values());
  }

  /** The events of a name that hold these arguments, oldest first. */
  all(name: string, args: Partial<Entry["args"]> = {}): readonly Entry[] {
    const wanted = Object.entries(args);
    return this.entries.filter(
      (entry) => entry.name === name && wanted.every(([key, value]) => same(entry.args[key as never], value)),
    );
  }

  last(name: string, args: Partial<Entry["args"]> = {}): Entry | undefined {
    return this.all(name, args).at(-1);
  }

  /** Takes in what a block holds. */
  add(block: MinedBlock): void {
    this.entries.push(...block.entries);
    for (const { sending, done } of block.calls)
      if (done && sending.move !== undefined) this.#move(sending, block.time);
    for (const entry of block.entries) {
      if (entry.name === "GameOpened") this.#open(entry);
      if (entry.name === "GameEnded") this.#end(entry);
    }
  }

  #open({ args: { gameId, jobId, checkpoint, challenger }, time }: Entry): void {
    const { claim, clock } = this.#termsOf(this, jobId, checkpoint);
    const game = openingGame(claim);
    const clocks = { defender: clock, challenger: clock };
    const whole = { id: gameId, jobId, k: checkpoint, challenger, claim, game, history: [], lastMoveAt: time, clocks };
    this.games.set(gameId, whole);
  }

  #move({ move }: Sending, time: number): void {
    const state = this.games.get(move!.gameId);
    const expected = state && expectedMove[state.game.phase];
    if (state === undefined || !expected) throw new DefectError("no-game", "A move was mined in no game.", { move });
    const { side } = expected;
    const game = applyMove(state.game, move!.move, state.claim.grid);
    const { extension } = this.#termsOf(this, state.jobId, state.k);
    const clocks = { ...state.clocks, [side]: state.clocks[side] - (time - state.lastMoveAt) };
    const next = expectedMove[game.phase]?.side;
    if (next !== undefined) clocks[next] = Math.max(clocks[next], extension);
    const history = [...state.history, { side, before: state.game, move: move!.move }];
    this.games.set(state.id, { ...state, game, history, clocks, lastMoveAt: time });
  }

  #end({ args: { gameId, phase } }: Entry): void {
    const state = this.games.get(gameId)!;
    this.games.set(gameId, { ...state, game: { ...state.game, phase: phases[phase]! } });
  }
}

/** Addresses come in two spellings. */
function same(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === "string" && typeof b === "string" && a.toLowerCase() === b.toLowerCase());
}

export function sameAccount(a: Address, b: Address): boolean {
  return same(a, b);
}
