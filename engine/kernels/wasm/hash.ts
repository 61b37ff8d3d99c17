import { MerkleTree, treeBytes } from "../../../common/index.ts";
import { chunkCount, chunkLeaves, chunkWords } from "../../commit/tensor.ts";
import { outputWords } from "../../program/cost.ts";
import type { Program } from "../../program/types.ts";

/** Kernels that hash an output: its chunks, in ranges on all threads, then the nodes above them on one. */
export type HashKind = "Leaves" | "Nodes";

/** As every kernel, without a step's context. All arguments are addresses. */
type HashKernel = (record: number, table: number, out: number) => void;

/** Leaves of a range: a multiple of every vector's lanes, and less is done sooner than another thread is told of it. */
const rangeLeaves = 64;

/** Leaves that are hashed from one copy: larger ones take memory that stays with a thread. */
const pieceLeaves = 1024;

/** Ranges of a tree's leaves, one a thread at most. */
export function leafRanges(leafCount: number, threads: number): { from: number; to: number }[] {
  const size = Math.ceil(leafCount / threads / rangeLeaves) * rangeLeaves;
  return Array.from({ length: Math.ceil(leafCount / size) }, (_, i) => {
    return { from: i * size, to: Math.min((i + 1) * size, leafCount) };
  });
}

/** Bytes of the largest output's tree. */
export function largestTreeBytes(program: Program): number {
  return program.operators.reduce((most, operator) => Math.max(most, treeBytes(chunkCount(outputWords(operator)))), 0);
}

/**
 * The naive kernels, by Node's hashes. Records: of Leaves the first and the one past the last, of Nodes the number of leaves.
 * Leaves reads the tensor of its table and writes from `out` on; Nodes finds the leaves at `out` and writes the levels after them.
 */
export function hashKernels(memory: WebAssembly.Memory): Readonly<Record<HashKind, HashKernel>> {
  const words = new Uint32Array(memory.buffer);
  const bytes = new Uint8Array(memory.buffer);
  const word = (address: number) => words[address / 4]!;
  return {
    Leaves: (record, table, out) => {
      const start = word(table) / 4;
      const tensor = words.subarray(start, start + word(table + 4));
      for (let from = word(record), to = out; from < word(record + 4); from += pieceLeaves, to += pieceLeaves * 32) {
        const end = Math.min(from + pieceLeaves, word(record + 4));
        // A copy first: bytes of shared memory are moved to odd places one by one.
        bytes.set(chunkLeaves(tensor.slice(from * chunkWords, end * chunkWords)), to);
      }
    },
    Nodes: (record, _, out) => {
      bytes.set(new MerkleTree(bytes.subarray(out, out + word(record) * 32)).nodes(), out);
    },
  };
}
