import { formatEther } from "viem";
import { floatOf, type Program } from "../../engine/index.ts";
import {
  gameRecord,
  readAttestedSeats,
  readCheckpoint,
  readGameCount,
  type Chain,
  type GameRecord,
  type Job,
} from "../../protocol/index.ts";
import type { Holding, Payment } from "./ledger.ts";
import type { DrawnPlace } from "./place.ts";

/** What a game came to, read back from the chain. */
export interface DisputeReport {
  readonly game: bigint;
  readonly checkpoint: number;
  readonly challenger: string;
  readonly phase: string;
  readonly moves: readonly { readonly move: string; readonly side: string; readonly gas: bigint }[];
  /** A reveal with the pick that answers it. */
  readonly rounds: number;
  readonly gas: bigint;
  readonly judged?: {
    readonly step: number;
    readonly operator: number;
    readonly kind: string;
    readonly element: bigint;
    readonly claimed: string;
    readonly expected: string;
    readonly claimedValue: number;
    readonly expectedValue: number;
  };
}

export interface JobReport {
  readonly job: bigint;
  readonly status: string;
  readonly checkpoints: readonly { readonly stateRoot: string; readonly segmentRoot: string }[];
  readonly attestations: number;
  readonly escrow: bigint;
  readonly payments: readonly Payment[];
  readonly before: Readonly<Record<string, Holding>>;
  readonly after: Readonly<Record<string, Holding>>;
  readonly disputes: readonly DisputeReport[];
}

/** The games of a job, finished or void, in opening order. */
export async function disputesOf(chain: Chain, job: Job, program: Program): Promise<DisputeReport[]> {
  const count = Number(await readGameCount(chain));
  const records = await Promise.all(Array.from({ length: count }, (_, i) => gameRecord(chain, BigInt(i + 1))));
  return Promise.all(
    records.filter(({ view }) => view.jobId === job.id).map((record) => dispute(chain, record, program)),
  );
}

const moveOfEvent: Readonly<Record<string, string>> = {
  StepsRevealed: "revealSteps",
  StepPicked: "pickStep",
  TraceRevealed: "revealTrace",
  SidePicked: "pickSide",
  NodesRevealed: "revealNodes",
  NodePicked: "pickNode",
  TensorOpened: "openTensor",
  ChunkRevealed: "revealChunk",
  Judged: "judge",
};

async function dispute(chain: Chain, { view, events }: GameRecord, program: Program): Promise<DisputeReport> {
  const played = events.filter(({ eventName }) => eventName in moveOfEvent);
  const moves = await Promise.all(
    played.map(async ({ eventName, transactionHash }) => {
      const { gasUsed } = await chain.client.getTransactionReceipt({ hash: transactionHash });
      const move = moveOfEvent[eventName];
      return { move, side: /^(pick|judge)/.test(move) ? "challenger" : "defender", gas: gasUsed };
    }),
  );
  const base = {
    game: view.id,
    checkpoint: view.checkpoint,
    challenger: view.challenger,
    phase: view.game.phase,
    moves,
    rounds: moves.filter(({ side }) => side === "challenger").length,
    gas: moves.reduce((sum, { gas }) => sum + gas, 0n),
  };
  const judged = events.find((event) => event.eventName === "Judged");
  if (judged === undefined) return base;
  const { operator, element, claimed, expected } = judged.args;
  const { kind } = program.operators[operator];
  const bits = (word: number): string => `0x${word.toString(16).padStart(8, "0")}`;
  return {
    ...base,
    judged: {
      step: view.game.firstStep,
      operator,
      kind,
      element,
      claimed: bits(claimed),
      expected: bits(expected),
      claimedValue: floatOf(claimed),
      expectedValue: floatOf(expected),
    },
  };
}

/** A finished job with everything the chain says of it. */
export async function reportJob(
  chain: Chain,
  job: Job,
  escrow: bigint,
  program: Program,
  money: Pick<JobReport, "payments" | "before" | "after">,
): Promise<JobReport> {
  const roots = Array.from({ length: job.committed }, (_, k) => readCheckpoint(chain, job.id, k));
  return {
    job: job.id,
    status: job.status,
    checkpoints: await Promise.all(roots),
    attestations: Number(await readAttestedSeats(chain, job.id)),
    escrow,
    ...money,
    disputes: await disputesOf(chain, job, program),
  };
}

/** Facts that must hold, with whether they do. */
export class Checks {
  readonly #all: { readonly fact: string; readonly holds: boolean }[] = [];

  add(fact: string, holds: boolean): void {
    this.#all.push({ fact, holds });
  }

  get all(): readonly { readonly fact: string; readonly holds: boolean }[] {
    return this.#all;
  }

  get hold(): boolean {
    return this.#all.every(({ holds }) => holds);
  }
}

/** Tokens with four digits. */
export function tokens(amount: bigint): string {
  const [whole, fraction = ""] = formatEther(amount).split(".");
  return `${whole}.${fraction.padEnd(4, "0").slice(0, 4)}`;
}

export function placeText({ checkpoint, step, operator, element, bit }: DrawnPlace["place"]): string {
  return [checkpoint, step, operator, element, bit].join(":");
}

/** JSON with amounts as decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === "bigint" ? each.toString() : each), 2);
}

/** Rows under their heads, columns aligned. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const text = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join("  ")
      .trimEnd();
  return [text(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(text)].join("\n");
}
