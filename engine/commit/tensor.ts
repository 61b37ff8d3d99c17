import { MerkleTree, bytesOf, hashInto, sha256, u32Bytes } from "../../common/index.ts";
import type { Words } from "../../common/index.ts";
import { dtypeCodes } from "../program/codes.ts";
import type { Dtype } from "../program/types.ts";

/** SPEC: spec/commitments.md. */

/** Words of a chunk, the leaf of a tensor's tree. */
export const chunkWords = 256;
/** UNITS: bytes. */
export const chunkBytes = 1024;

const CHUNK_DOMAIN = Uint8Array.of(1);
const TENSOR_DOMAIN = Uint8Array.of(2);

/** Chunks of a tensor of so many words. */
export function chunkCount(words: number): number {
  return Math.ceil(words / chunkWords);
}

/** Leaf of a chunk of exactly 1,024 bytes. */
export function hashChunk(chunk: Uint8Array): Uint8Array {
  return sha256(CHUNK_DOMAIN, chunk);
}

/** Root of a tensor, from its declaration and the root of its chunk tree. @param dtype the code: f32 = 1, i32 = 2 */
export function tensorRoot(words: number, dtype: number, chunkTree: Uint8Array): Uint8Array {
  return sha256(TENSOR_DOMAIN, u32Bytes(words, dtype), chunkTree);
}

/** Chunk `index` of a tensor: 1,024 bytes, zero past the last word. */
export function chunkAt(words: Words, index: number): Uint8Array {
  const chunk = new Uint8Array(chunkBytes);
  chunk.set(bytesOf(words.subarray(index * chunkWords, (index + 1) * chunkWords)));
  return chunk;
}

/** SAFETY: filled and hashed within one loop that calls nothing else. */
const preimage = new Uint8Array(1 + chunkBytes);

/** Leaves of a tensor's chunk tree, 32 bytes each: `hashChunk` of every `chunkAt`, without their copies. */
export function chunkLeaves(words: Uint32Array): Buffer {
  const bytes = bytesOf(words);
  const leaves = Buffer.alloc(chunkCount(words.length) * 32);
  preimage.set(CHUNK_DOMAIN);
  for (let start = 0, leaf = 0; start < bytes.length; start += chunkBytes, leaf += 32) {
    const chunk = bytes.subarray(start, start + chunkBytes);
    preimage.set(chunk, 1);
    preimage.fill(0, 1 + chunk.length);
    hashInto(leaves, leaf, preimage);
  }
  return leaves;
}

/** What a dispute opens of a tensor, which need not lie in memory. */
export interface OpenTensor {
  readonly dtype: Dtype;
  /** The tensor itself, as it was given (not a copy). */
  readonly words: Words;
  readonly chunkTree: { readonly root: Uint8Array; proof(lo: number, hi: number): Uint8Array[] };
  readonly root: Uint8Array;
}

export interface TensorCommitment extends OpenTensor {
  readonly words: Uint32Array;
  readonly chunkTree: MerkleTree;
}

/** Commits to a tensor. The words are kept by reference: the caller must not change them afterwards. */
export function commitTensor(words: Uint32Array, dtype: Dtype): TensorCommitment {
  const chunkTree = new MerkleTree(chunkLeaves(words));
  return { dtype, words, chunkTree, root: tensorRoot(words.length, dtypeCodes[dtype], chunkTree.root) };
}

/** Root of a tensor, of which nothing is kept. @param nodes all nodes of its chunk tree, the root last, where an engine has hashed them */
export function rootOf(words: Uint32Array, dtype: Dtype, nodes?: Uint8Array): Uint8Array {
  if (nodes === undefined) return commitTensor(words, dtype).root;
  return tensorRoot(words.length, dtypeCodes[dtype], nodes.subarray(nodes.length - 32));
}
