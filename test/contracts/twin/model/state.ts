import type { Address, Hex } from "viem";
import type { DemandStatus, Phase, SeatOutcome, Status, Terms } from "../../../../protocol/index.ts";

/** What a call must revert with, by its name. */
export class Refusal extends Error {}

export function require(condition: boolean, error: string): asserts condition {
  if (!condition) throw new Refusal(error);
}

/** Everything an account has. UNITS: amounts in the token's smallest unit; times in seconds since the epoch. */
export interface Account {
  tokens: bigint;
  staked: bigint;
  locked: bigint;
  unbonding: bigint;
  unbondedAt: bigint;
  enrolled: bigint;
  reserved: bigint;
  secretsRoot: Hex | undefined;
  secretsAt: bigint;
  /** What was enrolled, from each time on. */
  readonly weights: { readonly at: bigint; readonly amount: bigint }[];
  marketCredit: bigint;
  gameCredit: bigint;
  demandCredit: bigint;
}

export interface Job {
  readonly terms: Terms;
  readonly submitter: Address;
  readonly checkpoints: number;
  readonly openedAt: bigint;
  status: Status;
  committed: number;
  convictedCheckpoint: number;
  openGames: number;
  ended: boolean;
  solver: Address;
  drawBlock: bigint;
  deadline: bigint;
  snapshotAt: bigint;
  windowEnd: bigint;
  unitPrice: bigint;
  /** State roots that are committed. */
  readonly roots: Hex[];
  attested: number;
  /** Games ever opened, and those of the first 16 that run. */
  games: number;
  refundable: number;
}

export interface Game {
  readonly job: bigint;
  readonly checkpoint: number;
  readonly challenger: Address;
  readonly defender: Address;
  /** Whether it is among the first 16 of its job. */
  readonly refunded: boolean;
  phase: Phase;
  moves: number;
  lastMoveAt: bigint;
  defenderClock: bigint;
  challengerClock: bigint;
  defenderGas: bigint;
  challengerGas: bigint;
}

export interface Demand {
  readonly job: bigint;
  readonly checkpoint: number;
  readonly chunk: number;
  readonly answerBy: bigint;
  readonly demander: Address;
  status: DemandStatus;
}

export interface Seat {
  readonly seal: Hex;
  attested: boolean;
  revealed: boolean;
  forced: boolean;
  root: Hex;
  truthHash: Hex;
  truth: Hex;
  catches: number;
  jackpot: bigint;
  outcome: SeatOutcome;
  /** Accusations by their accuser. */
  readonly accusations: Map<Address, Accusation>;
}

export interface Accusation {
  readonly seal: Hex;
  proved: boolean;
  closed: boolean;
}

export interface Segment {
  readonly seats: Map<Address, Seat>;
  opened: Hex | undefined;
  readonly failed: Address[];
  /** Who ever opened a game about it. */
  readonly challengers: Set<Address>;
}

export interface Model {
  readonly parent: bigint;
  readonly generation: number;
  readonly steps: bigint;
}

/** The whole of the contracts' state, and the block that the next call is in. */
export interface State {
  now: bigint;
  block: bigint;
  readonly unbondingSeconds: bigint;
  readonly accounts: Map<Address, Account>;
  readonly jobs: Job[];
  readonly games: Game[];
  readonly demands: Demand[];
  readonly segments: Map<string, Segment>;
  readonly words: Map<bigint, Hex>;
  readonly models: Map<bigint, Model>;
  readonly totalWeights: { readonly at: bigint; readonly amount: bigint }[];
  pool: bigint;
  jackpotsKept: bigint;
  burned: bigint;
  /** The verdict that the arbiter is told. */
  verdict: "DefenderWrong" | "ChallengerWrong";
}

/** A copy that shares nothing that changes. */
export function copyOf(state: State): State {
  return structuredClone(state);
}

export function accountOf(state: State, address: Address): Account {
  return state.accounts.get(address)!;
}

/** A job, or one that is not there. */
export function jobOf(state: State, id: bigint): Job | undefined {
  return state.jobs[Number(id) - 1];
}

export function statusOf(state: State, id: bigint): Status {
  return jobOf(state, id)?.status ?? "None";
}

export function segmentOf(state: State, job: bigint, k: number): Segment {
  const key = `${job}/${k}`;
  const found = state.segments.get(key) ?? { seats: new Map(), opened: undefined, failed: [], challengers: new Set() };
  state.segments.set(key, found);
  return found;
}

/** Amount of a history before a time. */
export function amountBefore(
  history: readonly { readonly at: bigint; readonly amount: bigint }[],
  time: bigint,
): bigint {
  return history.findLast(({ at }) => at < time)?.amount ?? 0n;
}

export function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

export function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

export function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
