import { MerkleTree, OperatorError, bytesOf, concatBytes, wordsOf } from "../../common/index.ts";
import type { Bytes } from "../../common/index.ts";
import type { Program } from "../program/types.ts";
import { dtypeCodes } from "../program/codes.ts";
import { chunkAt, chunkCount, commitTensor, rootOf } from "./tensor.ts";
import type { TensorCommitment } from "./tensor.ts";

/** The words of every state tensor, in declared order. */
export type State = Uint32Array[];

export interface StateCommitment {
  readonly tensors: readonly TensorCommitment[];
  /** Tree over the tensor roots. */
  readonly tree: MerkleTree;
  readonly root: Uint8Array;
}

/** Takes a state's tensors one by one, and refuses those of another program. @throws OperatorError `state-mismatch` */
export function takeState<Taken>(
  state: Iterable<Uint32Array>,
  { states }: Program,
  take: (words: Uint32Array, tensor: number) => Taken,
): Taken[] {
  const taken: Taken[] = [];
  const refuse = (facts: Readonly<Record<string, unknown>>): never => {
    const message = "The state's tensors are not the program's; fetch the state of this program.";
    throw new OperatorError("state-mismatch", message, facts);
  };
  for (const words of state) {
    const tensor = taken.length;
    const expected = states[tensor]?.words;
    if (words.length !== expected) refuse({ tensor, expected, actual: words.length });
    taken.push(take(words, tensor));
  }
  if (taken.length !== states.length) refuse({ expected: states.length, actual: taken.length });
  return taken;
}

/** Commits to a state. The words are kept by reference. @throws OperatorError `state-mismatch` */
export function stateCommitment(state: Iterable<Uint32Array>, program: Program): StateCommitment {
  const tensors = takeState(state, program, (words, tensor) => commitTensor(words, program.states[tensor]!.dtype));
  const tree = new MerkleTree(tensors.map(({ root }) => root));
  return { tensors, tree, root: tree.root };
}

/** The state file: all tensors' words in declared order. */
export function encodeState(state: readonly Uint32Array[]): Uint8Array {
  return concatBytes(...state.map(bytesOf));
}

/** Cuts a state file into the program's tensors. @throws OperatorError `state-mismatch` */
export function decodeState(bytes: Bytes, program: Program): State {
  return [...readState(bytes, program)];
}

/** The same tensors, each read when it is asked for. @throws OperatorError `state-mismatch` */
export function* readState(bytes: Bytes, program: Program): Generator<Uint32Array, void> {
  const expected = program.states.reduce((sum, { words }) => sum + words * 4, 0);
  if (bytes.length !== expected) {
    throw new OperatorError("state-mismatch", "The state file has not the program's length; fetch it again.", {
      expected,
      actual: bytes.length,
    });
  }
  let at = 0;
  for (const { words } of program.states) yield wordsOf(bytes.subarray(at, (at += words * 4)));
}

/** Root of the state in a state file, of which one tensor is held at a time. @throws OperatorError `state-mismatch` */
export function readStateRoot(bytes: Bytes, program: Program): Uint8Array {
  const roots = takeState(readState(bytes, program), program, (words, tensor) => {
    return rootOf(words, program.states[tensor]!.dtype);
  });
  return new MerkleTree(roots).root;
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
