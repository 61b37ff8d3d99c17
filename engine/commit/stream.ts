import { crc32 } from "node:zlib";
import { MerkleTree, OperatorError, bytesOf, depthOf, empty, rangeProof, rootFromNodes } from "../../common/index.ts";
import type { Words } from "../../common/index.ts";
import { dtypeCodes } from "../program/codes.ts";
import type { Dtype } from "../program/types.ts";
import { chunkCount, chunkLeaves, chunkWords, tensorRoot } from "./tensor.ts";
import type { OpenTensor } from "./tensor.ts";

/** Levels of the chunk tree that are computed again whenever they are needed, so that 8 bytes are held for 1,024. */
const mostLevels = 3;

/** Root of `levels` levels over each group of leaves, the last group filled up with EMPTY. */
function groupRoots(leaves: Uint8Array, levels: number): Uint8Array[] {
  const bytes = 32 * 2 ** levels;
  return Array.from({ length: Math.ceil(leaves.length / bytes) }, (_, group) => {
    const part = leaves.subarray(group * bytes, (group + 1) * bytes);
    const nodes = Array.from({ length: part.length / 32 }, (_node, i) => part.subarray(32 * i, 32 * i + 32));
    return rootFromNodes(nodes, levels, 0)!;
  });
}

/**
 * A tensor that stays where it is: of its chunk tree the upper levels are held, and a checksum of each group of chunks.
 * SAFETY: a file that a failing disk changed must not become a claim, so what is read has its checksum. CRC-32 takes a part of the
 * time of the hashes, and whoever could write another file with the same one writes to this machine's disk.
 */
export class StreamedTensor implements OpenTensor, Words {
  readonly dtype: Dtype;
  readonly length: number;
  readonly root: Uint8Array;
  readonly #source: Words;
  readonly #name: string;
  readonly #depth: number;
  /** Levels below those that are held. */
  readonly #levels: number;
  readonly #groups: MerkleTree;
  readonly #sums: Uint32Array;
  readonly #groupWords: number;
  /** What was read last: a sequence of small samples reads and checks it once. */
  #last: { readonly start: number; readonly words: Uint32Array } = { start: 0, words: new Uint32Array(0) };

  /** Asks for every word once, in order. They must not change afterwards. @param name of the file that they are in */
  constructor(source: Words, dtype: Dtype, name = "The dataset's file") {
    this.#name = name;
    this.dtype = dtype;
    this.length = source.length;
    this.#source = source;
    this.#depth = depthOf(chunkCount(source.length));
    this.#levels = Math.min(mostLevels, this.#depth);
    this.#groupWords = chunkWords * 2 ** this.#levels;
    this.#sums = new Uint32Array(Math.ceil(this.length / this.#groupWords));
    this.#groups = this.#commit();
    this.root = tensorRoot(this.length, dtypeCodes[dtype], this.#groups.root);
  }

  #commit(): MerkleTree {
    const pieceWords = 128 * this.#groupWords;
    const roots = Buffer.alloc(this.#sums.length * 32);
    let at = 0;
    for (let first = 0; first < this.length; first += pieceWords) {
      const piece = this.#source.subarray(first, first + pieceWords);
      this.#sums.set(this.#sumsOf(piece), first / this.#groupWords);
      for (const root of groupRoots(chunkLeaves(piece), this.#levels)) at += Buffer.from(root).copy(roots, at);
    }
    return new MerkleTree(roots, this.#levels);
  }

  /** Checksums of groups, of which the first begins with the words. */
  #sumsOf(words: Uint32Array): number[] {
    return Array.from({ length: Math.ceil(words.length / this.#groupWords) }, (_, group) =>
      crc32(bytesOf(words.subarray(group * this.#groupWords, (group + 1) * this.#groupWords))),
    );
  }

  get words(): Words {
    return this;
  }

  get chunkTree(): OpenTensor["chunkTree"] {
    const node = (level: number, index: number) => this.#node(level, index);
    return { root: this.#groups.root, proof: (lo, hi) => rangeProof(this.#depth, node, lo, hi) };
  }

  /** @throws OperatorError `dataset-damaged` */
  subarray(start: number, end: number): Uint32Array {
    const to = Math.min(end, this.length);
    if (start >= to) return new Uint32Array(0);
    const last = this.#last;
    if (start < last.start || to > last.start + last.words.length) this.#read(start, to);
    return this.#last.words.subarray(start - this.#last.start, to - this.#last.start);
  }

  /** Reads the groups that words `from` to `to` − 1 lie in. */
  #read(from: number, to: number): void {
    const first = Math.floor(from / this.#groupWords);
    const start = first * this.#groupWords;
    const words = this.#source.subarray(start, Math.ceil(to / this.#groupWords) * this.#groupWords);
    this.#sumsOf(words).forEach((sum, i) => {
      if (sum === this.#sums[first + i]) return;
      const message = `${this.#name} is damaged: delete it, and it is fetched again.`;
      throw new OperatorError("dataset-damaged", message, { word: (first + i) * this.#groupWords });
    });
    this.#last = { start, words };
  }

  #node(level: number, index: number): Uint8Array {
    if (level >= this.#levels) return this.#groups.node(level - this.#levels, index);
    const words = chunkWords * 2 ** level;
    const [root = empty(level)] = groupRoots(chunkLeaves(this.subarray(index * words, (index + 1) * words)), level);
    return root;
  }
}
