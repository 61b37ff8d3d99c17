import type { Hex } from "viem";

/** The game as data: phases, moves, state. SPEC: spec/game.md. The order of `phases` is the contract's enum. */
export const phases = [
  "None",
  "GridReveal",
  "GridPick",
  "CellReveal",
  "CellPick",
  "TraceReveal",
  "SidePick",
  "OperatorReveal",
  "OperatorPick",
  "TensorReveal",
  "ChunkPick",
  "ChunksReveal",
  "ChunkReveal",
  "Judgement",
  "ChallengerWon",
  "DefenderWon",
  "Void",
] as const;
export type Phase = (typeof phases)[number];
export type Side = "defender" | "challenger";

/** A record with its Merkle proof under the program's record tree. */
export interface Source {
  readonly record: Hex;
  readonly proof: readonly Hex[];
}
/** One operand read: whole chunks joined to the tensor, the tensor joined to its tree. */
export interface Read {
  readonly tensorProof: readonly Hex[];
  readonly chunkTree: Hex;
  readonly chunks: Hex;
  readonly chunkProof: readonly Hex[];
}
/** The dataset's header and one field record; empty bytes where the operator is no Sample of a dataset. */
export interface DatasetOpening {
  readonly header: Hex;
  readonly fieldTree: Hex;
  readonly field: Hex;
  readonly proof: readonly Hex[];
}
/** Everything the arbiter needs to recompute one element. */
export interface Evidence {
  readonly header: Hex;
  readonly recordTree: Hex;
  readonly operator: Source;
  readonly sources: readonly Source[];
  readonly chunk: Hex;
  /** Index of the word in the chunk, 0–255. */
  readonly word: number;
  readonly dataset: DatasetOpening;
  readonly reads: readonly Read[];
}

export type Move =
  | { readonly type: "revealSteps"; readonly roots: readonly Hex[] }
  | {
      readonly type: "pickStep";
      readonly index: number;
      readonly before: Hex;
      readonly at: Hex;
      /** Range proof of both; of `at` alone where index is 0. */
      readonly proof: readonly Hex[];
    }
  | { readonly type: "revealTrace"; readonly header: Hex; readonly recordTree: Hex; readonly left: Hex }
  | { readonly type: "pickSide"; readonly right: boolean }
  | { readonly type: "revealNodes"; readonly nodes: readonly Hex[] }
  | { readonly type: "pickNode"; readonly index: number; readonly node: Hex; readonly proof: readonly Hex[] }
  | { readonly type: "openTensor"; readonly words: number; readonly dtype: number; readonly nodes: readonly Hex[] }
  | { readonly type: "revealChunk"; readonly chunk: Hex }
  | { readonly type: "judge"; readonly evidence: Evidence };
export type MoveType = Move["type"];

/** Which move each phase waits for, and from whom; null where the game is not running. */
export const expectedMove: Readonly<Record<Phase, { readonly side: Side; readonly type: MoveType } | null>> = {
  None: null,
  GridReveal: { side: "defender", type: "revealSteps" },
  GridPick: { side: "challenger", type: "pickStep" },
  CellReveal: { side: "defender", type: "revealSteps" },
  CellPick: { side: "challenger", type: "pickStep" },
  TraceReveal: { side: "defender", type: "revealTrace" },
  SidePick: { side: "challenger", type: "pickSide" },
  OperatorReveal: { side: "defender", type: "revealNodes" },
  OperatorPick: { side: "challenger", type: "pickNode" },
  TensorReveal: { side: "defender", type: "openTensor" },
  ChunkPick: { side: "challenger", type: "pickNode" },
  ChunksReveal: { side: "defender", type: "revealNodes" },
  ChunkReveal: { side: "defender", type: "revealChunk" },
  Judgement: { side: "challenger", type: "judge" },
  ChallengerWon: null,
  DefenderWon: null,
  Void: null,
};

/** What a game disputes: the claim as the market answers it. */
export interface Claim {
  readonly programRoot: Hex;
  readonly datasetRoot: Hex;
  /** State root at the start of the segment. */
  readonly startRoot: Hex;
  /** State root claimed for its end. */
  readonly endRoot: Hex;
  readonly segmentRoot: Hex;
  /** Absolute, 0-based. */
  readonly firstStep: number;
  readonly steps: number;
  readonly grid: number;
  readonly seed: number;
  readonly order: "sequential" | "shuffled";
}

/** The hashes of a game. The contract does not store them: every move names them anew, and the position binds them. */
export interface Roots {
  /** Agreed state root before the range. */
  readonly from: Hex;
  /** Disputed state root at its end. */
  readonly to: Hex;
  /** Root over the outputs of the operators that produce no state; zero before `revealTrace`. */
  readonly left: Hex;
  /** Root of the subtree in dispute. */
  readonly node: Hex;
}

/** What the contract stores of a game and moves depend on, field for field. */
export interface Place {
  readonly phase: Phase;
  /** Moves made so far. */
  readonly moves: number;
  readonly firstStep: number;
  readonly steps: number;
  /** Levels below `node`. */
  readonly levels: number;
  /** Index of `node` at its level. */
  readonly index: number;
  /** Real leaves of the whole tree. */
  readonly leaves: number;
  /** The side picked, null before. */
  readonly side: "left" | "right" | null;
  /** Operators that produce no state, and those that do. */
  readonly leftLeaves: number;
  readonly rightLeaves: number;
  /** The culprit; valid from TensorReveal on. */
  readonly operator: number;
  /** As opened by `openTensor`. */
  readonly words: number;
  readonly dtype: number;
}

/** The part of a game's state on which moves depend. */
export interface Game extends Place, Roots {}

/** A move as it stands in the record of a game: the phase it answered, and the node, levels and index at that moment. */
export interface RecordedMove {
  readonly side: Side;
  readonly before: Game;
  readonly move: Move;
}
