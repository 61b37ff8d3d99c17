import type { Address, Hex } from "viem";
import { DefectError } from "../common/index.ts";

/** What a job waits for, in the order of the contract's enum. SPEC: spec/market.md. */
export const statuses = [
  "None",
  "Open",
  "Running",
  "Closing",
  "Settled",
  "Expired",
  "Cancelled",
  "Convicted",
  "Ended",
] as const;
export type Status = (typeof statuses)[number];

/** Statuses that never change again. */
export const finishedStatuses: readonly Status[] = ["Settled", "Expired", "Cancelled", "Convicted", "Ended"];

export type Order = "sequential" | "shuffled";
const orders: readonly Order[] = ["sequential", "shuffled"];

/** The order of its code on chain: 1 sequential, 2 shuffled. */
export function orderOf(code: number): Order {
  const order = orders[code - 1];
  if (order === undefined) throw new DefectError("bad-order", `The chain holds the unknown order ${code}.`, { code });
  return order;
}
export function orderCode(order: Order): number {
  return orders.indexOf(order) + 1;
}

/** Terms of a job. UNITS: amounts in the token's smallest unit, times in seconds. SPEC: spec/market.md. */
export interface Terms {
  readonly programRoot: Hex;
  readonly datasetRoot: Hex;
  readonly initialStateRoot: Hex;
  readonly manifestHash: Hex;
  /** Number of the job's first step: 0, or where a job that resumes another goes on. */
  readonly firstStep: number;
  readonly steps: number;
  /** Steps of a segment. */
  readonly interval: number;
  /** Steps between two states committed in a segment. */
  readonly grid: number;
  readonly seed: number;
  readonly order: Order;
  /** Of the whole job. */
  readonly workUnits: bigint;
  /** Who alone may accept; zero for anyone. */
  readonly solver: Address;
  /** The job whose last state this one starts from; 0 for none. */
  readonly parent: bigint;
  /** Of a work unit: where the auction begins. */
  readonly floorPrice: bigint;
  /** Of a work unit: where the auction ends. */
  readonly unitPrice: bigint;
  /** Seconds in which the price rises; 0 for `unitPrice` from the start. */
  readonly auction: number;
  /** What a false result is worth to a cheater at most. */
  readonly valueAtRisk: bigint;
  /** Segments that are drawn for verification. */
  readonly draws: number;
  /** Seats that a drawn segment has on average; at most twice as many are taken. */
  readonly attestors: number;
  /** Of a seat. */
  readonly attestationFee: bigint;
  /** Behind a seat. */
  readonly verifierStake: bigint;
  /** What a settled job pays into the jackpot pool. */
  readonly jackpotFee: bigint;
  readonly stake: bigint;
  readonly bounty: bigint;
  /** Tokens for a unit of gas. */
  readonly gasRate: bigint;
  readonly gasCap: number;
  readonly replayCompensation: bigint;
  readonly latePenalty: bigint;
  /** Last second in which a solver may accept, since the epoch. */
  readonly acceptBy: bigint;
  /** Seconds for each checkpoint, from acceptance or from the one before. */
  readonly heartbeat: number;
  readonly window: number;
  readonly clock: number;
  /** Seconds that a side has at least for a move, and a solver after an early end to commit what he trained. */
  readonly extension: number;
  readonly uri: string;
}

export interface Job {
  readonly id: bigint;
  readonly submitter: Address;
  readonly status: Status;
  /** Of the whole job, and those committed so far. */
  readonly checkpoints: number;
  readonly committed: number;
  /** Meaningful when Convicted. */
  readonly convictedCheckpoint: number;
  readonly openGames: number;
  /** Whether the submitter ended the job early. */
  readonly ended: boolean;
  /** Zero before acceptance. */
  readonly solver: Address;
  /** The block whose word draws what is verified; 0 before Closing. */
  readonly drawBlock: bigint;
  /** When the auction began. Seconds since the epoch, as every time here. */
  readonly openedAt: bigint;
  /** 0 before acceptance. An end brings it forward. */
  readonly deadline: bigint;
  /** Stakes as they were before this are drawn by; 0 before acceptance. */
  readonly snapshotAt: bigint;
  /** 0 before Closing. */
  readonly windowEnd: bigint;
  /** Tokens a work unit, where the auction stood at acceptance; 0 before. */
  readonly unitPrice: bigint;
  readonly termsHash: Hex;
  /** Where the solver serves checkpoints. */
  readonly uri: string;
}

export interface Checkpoint {
  readonly stateRoot: Hex;
  readonly segmentRoot: Hex;
}

/** Number of the first step, and steps, of segment k. */
export function segmentOf(
  terms: Pick<Terms, "firstStep" | "steps" | "interval">,
  k: number,
): { firstStep: number; steps: number } {
  const before = k * terms.interval;
  return { firstStep: terms.firstStep + before, steps: Math.min(terms.interval, terms.steps - before) };
}

/** Steps of the first `committed` segments. */
export function committedStepsOf(terms: Pick<Terms, "steps" | "interval">, committed: number): number {
  return Math.min(committed * terms.interval, terms.steps);
}

/** Price of a whole job at so much a work unit. */
export function priceOf(terms: Pick<Terms, "workUnits">, unitPrice: bigint): bigint {
  return terms.workUnits * unitPrice;
}

/** Where the auction of an open job stands. UNITS: tokens a work unit; `now` in seconds since the epoch. SPEC: spec/market.md. */
export function auctionPriceOf(
  terms: Pick<Terms, "floorPrice" | "unitPrice" | "auction">,
  { openedAt }: Pick<Job, "openedAt">,
  now: bigint,
): bigint {
  const elapsed = now - openedAt;
  if (elapsed >= BigInt(terms.auction)) return terms.unitPrice;
  return terms.floorPrice + ((terms.unitPrice - terms.floorPrice) * elapsed) / BigInt(terms.auction);
}

/**
 * What the solver of a job that does not fall is paid for its first `committed` checkpoints. SPEC: spec/market.md.
 * @param unitPrice where the auction stood at acceptance
 */
export function earnedOf(terms: Terms, unitPrice: bigint, committed: number): bigint {
  const steps = committedStepsOf(terms, committed);
  return (priceOf(terms, unitPrice) * BigInt(steps)) / BigInt(terms.steps);
}

/** Number of checkpoints of a job. */
export function checkpointsOf(terms: Pick<Terms, "steps" | "interval">): number {
  return Math.ceil(terms.steps / terms.interval);
}

/** Fees of all seats that the drawn segments may have. */
export function feesOf({ attestationFee, attestors, draws }: Pick<Terms, "attestationFee" | "attestors" | "draws">) {
  return attestationFee * 2n * BigInt(attestors) * BigInt(draws);
}

/** What the submitter deposits. UNITS: the token's smallest. */
export function escrowOf(terms: Terms): bigint {
  return priceOf(terms, terms.unitPrice) + feesOf(terms) + terms.jackpotFee;
}
