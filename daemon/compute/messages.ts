import type { Hex } from "viem";
import type { Divergence } from "../../dispute/index.ts";
import type { Engine } from "../../engine/index.ts";
import type { Claim, Game, Move, Place, RecordedMove } from "../../protocol/index.ts";

/** What is to be executed: a claim without what it claims. */
export type Segment = Omit<Claim, "endRoot" | "segmentRoot">;

/** Train or replay a segment. */
export interface SegmentTask {
  readonly segment: Segment;
  /** A dishonest solver's flip; applied where its step is in the segment. */
  readonly flip?: Divergence;
  /** Whether to use an executor that has executed nothing yet. */
  readonly fresh?: boolean;
  /** Whether to keep the end state in the store, under its root. */
  readonly keep: boolean;
}

export interface SegmentResult {
  readonly endRoot: Hex;
  readonly segmentRoot: Hex;
  /** State roots on the grid; the last is the end root. */
  readonly stateRoots: readonly Hex[];
  /** Of the steps alone, commitments included. UNITS: ms. */
  readonly elapsedMs: number;
}

/** Choose a side's move; the trace of the segment is kept for the next one. */
export type MoveTask = {
  readonly segment: Segment;
  readonly flip?: Divergence;
} & (
  | { readonly side: "defender"; readonly game: Place }
  | { readonly side: "challenger"; readonly game: Game; readonly history: readonly RecordedMove[] }
);

/** A move, and the game that it answers; the roots of a defender's are those of his own execution. */
export interface ChosenMove {
  readonly game: Game;
  readonly move: Move;
}

/** Called while a segment is executed. @param done steps done so far */
export type Progress = (done: number, steps: number) => void;

/** What a worker thread is started with. */
export interface WorkerSetup {
  /** Directory of the artifact store. */
  readonly directory: string;
  readonly engine: Engine;
  /** Threads of one execution. */
  readonly threads: number;
  /** Of a dataset, held in memory; as `openDataset` if not given. */
  readonly residentDatasetBytes?: number;
}

export type Request =
  | { readonly id: number; readonly type: "segment"; readonly task: SegmentTask }
  | { readonly id: number; readonly type: "move"; readonly task: MoveTask };

export type Reply =
  | { readonly id: number; readonly type: "progress"; readonly done: number; readonly steps: number }
  | { readonly id: number; readonly type: "segment"; readonly result: SegmentResult }
  | { readonly id: number; readonly type: "move"; readonly result: ChosenMove }
  | {
      readonly id: number;
      readonly type: "error";
      readonly family: "TransientError" | "OperatorError" | "DefectError";
      readonly code: string;
      readonly message: string;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly stack: string | undefined;
    };
