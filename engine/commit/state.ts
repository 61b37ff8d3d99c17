import { MerkleTree, OperatorError, bytesOf, concatBytes, wordsOf } from "../../common/index.ts";
import type { Program } from "../program/types.ts";
import { dtypeCodes } from "../program/codes.ts";
import { chunkAt, chunkCount, commitTensor } from "./tensor.ts";
import type { TensorCommitment } from "./tensor.ts";

/** The words of every state tensor, in declared order. */
export type State = Uint32Array[];

export interface StateCommitment {
  readonly tensors: readonly TensorCommitment[];
  /** Tree over the tensor roots. */
  readonly tree: MerkleTree;
  readonly root: Uint8Array;
}

/** Refuses a state that is not the program's. @throws OperatorError `state-mismatch` */
export function checkState(state: readonly Uint32Array[], program: Program): void {
  const expected = program.states.map(({ words }) => words);
  const actual = state.map(({ length }) => length);
  if (expected.length !== actual.length || expected.some((words, tensor) => words !== actual[tensor])) {
    throw new OperatorError(
      "state-mismatch",
      "The state's tensors are not the program's; fetch the state of this program.",
      {
        expected,
        actual,
      },
    );
  }
}

/** Commits to a state. The words are kept by reference. @throws OperatorError `state-mismatch` */
export function stateCommitment(state: readonly Uint32Array[], program: Program): StateCommitment {
  checkState(state, program);
  const tensors = state.map((words, tensor) => commitTensor(words, program.states[tensor]!.dtype));
  const tree = new MerkleTree(tensors.map(({ root }) => root));
  return { tensors, tree, root: tree.root };
}

/** The state file: all tensors' words in declared order. */
export function encodeState(state: readonly Uint32Array[]): Uint8Array {
  return concatBytes(...state.map(bytesOf));
}

/** Cuts a state file into the program's tensors. @throws OperatorError `state-mismatch` */
export function decodeState(bytes: Uint8Array, program: Program): State {
  const expected = program.states.reduce((sum, { words }) => sum + words * 4, 0);
  if (bytes.length !== expected) {
    throw new OperatorError("state-mismatch", "The state file has not the program's length; fetch it again.", {
      expected,
      actual: bytes.length,
    });
  }
  let at = 0;
  return program.states.map(({ words }) => wordsOf(bytes.subarray(at, (at += words * 4))));
}

/** A chunk of a state with all that joins it to the state's root; its bytes and proof are empty where the tensor is shorter. */
export interface OpenedChunk {
  /** UNITS: words. */
  readonly words: number;
  /** The code: f32 = 1, i32 = 2. */
  readonly dtype: number;
  /** Root of the tensor's chunks. */
  readonly chunkTree: Uint8Array;
  /** Siblings of the tensor under the state's root. */
  readonly tensorProof: readonly Uint8Array[];
  /** 1,024 bytes, or none. */
  readonly chunk: Uint8Array;
  /** Its siblings under `chunkTree`. */
  readonly chunkProof: readonly Uint8Array[];
}

/** Opens chunk `index` of tensor `tensor` of a state. SPEC: spec/availability.md. */
export function openChunk({ tensors, tree }: StateCommitment, tensor: number, index: number): OpenedChunk {
  const { words, dtype, chunkTree } = tensors[tensor]!;
  const there = index < chunkCount(words.length);
  return {
    words: words.length,
    dtype: dtypeCodes[dtype],
    chunkTree: chunkTree.root,
    tensorProof: tree.proof(tensor),
    chunk: there ? chunkAt(words, index) : new Uint8Array(0),
    chunkProof: there ? chunkTree.proof(index) : [],
  };
}
