import { concatBytes, equalBytes } from "./bytes.ts";
import { DefectError } from "./errors.ts";
import { hashInto, sha256 } from "./hash.ts";

/** Binary SHA-256 trees whose missing leaves are EMPTY. SPEC: spec/commitments.md. */

const NODE_DOMAIN = 0;

/** SAFETY: nothing that hashes is called between filling and hashing it. */
const preimage = new Uint8Array(65);

/** Hash of an inner node: SHA-256 of `00 ‖ left ‖ right`. */
export function hashNode(left: Uint8Array, right: Uint8Array): Uint8Array {
  preimage[0] = NODE_DOMAIN;
  preimage.set(left, 1);
  preimage.set(right, 33);
  return sha256(preimage);
}

const emptyNodes: Uint8Array[] = [new Uint8Array(32)];

/** EMPTY of a level (0 = leaves): root of a subtree of that depth without real leaves. The caller must not change it. */
export function empty(level: number): Uint8Array {
  for (let next = emptyNodes.length; next <= level; next++) {
    const below = emptyNodes[next - 1]!;
    emptyNodes.push(hashNode(below, below));
  }
  return emptyNodes[level]!;
}

/** Depth of the tree over n leaves: ⌈log₂ n⌉, 0 for none. n ≤ 2³¹. */
export function depthOf(leafCount: number): number {
  return leafCount <= 1 ? 0 : 32 - Math.clz32(leafCount - 1);
}

/** Number of real nodes at a level (0 = leaves) of the tree over n leaves. */
export function realNodes(leafCount: number, level: number): number {
  return Math.ceil(leafCount / 2 ** level);
}

/** One level: its real nodes, 32 bytes each. */
function levelAbove(below: Uint8Array, level: number): Uint8Array {
  const count = below.length / 32;
  const padding = empty(level);
  const above = Buffer.alloc(Math.ceil(count / 2) * 32);
  for (let index = 0; index < count; index += 2) {
    preimage[0] = NODE_DOMAIN;
    preimage.set(below.subarray(index * 32, index * 32 + 64), 1);
    if (index + 1 === count) preimage.set(padding, 33);
    hashInto(above, index * 16, preimage);
  }
  return above;
}

/** A copy of the leaves, and every level above it. */
function levelsOver(leaves: readonly Uint8Array[] | Uint8Array, base: number): Uint8Array[] {
  const flat = leaves instanceof Uint8Array ? new Uint8Array(leaves) : new Uint8Array(leaves.length * 32);
  if (!(leaves instanceof Uint8Array)) leaves.forEach((leaf, index) => flat.set(leaf, index * 32));
  const levels: Uint8Array[] = [flat];
  const depth = depthOf(flat.length / 32);
  for (let level = 0; level < depth; level++) levels.push(levelAbove(levels[level]!, base + level));
  return levels;
}

/** Bytes of all real nodes of the tree over n leaves. */
export function treeBytes(leafCount: number): number {
  let nodes = 0;
  for (let level = 0; level <= depthOf(leafCount); level++) nodes += realNodes(leafCount, level);
  return nodes * 32;
}

/**
 * Siblings that join leaves lo … hi to the root of a tree, in the order of spec/commitments.md.
 * @param node the tree's node at a level and index
 */
export function rangeProof(
  depth: number,
  node: (level: number, index: number) => Uint8Array,
  lo: number,
  hi: number,
): Uint8Array[] {
  if (!(0 <= lo && lo <= hi && hi < 2 ** depth)) {
    const message = "A tree was asked for a proof of leaves that it does not have.";
    throw new DefectError("no-such-leaves", message, { lo, hi });
  }
  const siblings: Uint8Array[] = [];
  let [left, right] = [lo, hi];
  for (let level = 0; level < depth; level++) {
    if (left % 2 === 1) siblings.push(node(level, left - 1));
    if (right % 2 === 0) siblings.push(node(level, right + 1));
    left >>= 1;
    right >>= 1;
  }
  return siblings;
}

/** A perfect binary tree of which only the real nodes are held: 64 bytes a leaf. */
export class MerkleTree {
  readonly leafCount: number;
  /** Levels below the root. */
  readonly depth: number;
  readonly root: Uint8Array;
  readonly #levels: Uint8Array[];
  readonly #base: number;

  /**
   * Leaves are hashes of 32 bytes, either one by one or flat in one array. None gives EMPTY of level 0 as the root.
   * @param base level of the leaves in the tree whose upper part this one is
   */
  constructor(leaves: readonly Uint8Array[] | Uint8Array, base = 0) {
    this.#levels = levelsOver(leaves, base);
    this.leafCount = this.#levels[0]!.length / 32;
    this.depth = depthOf(this.leafCount);
    this.#base = base;
    this.root = this.node(this.depth, 0);
  }

  /** All real nodes, level after level: the leaves first, the root last. */
  nodes(): Uint8Array {
    return concatBytes(...this.#levels);
  }

  /** A node, EMPTY of its level past the real ones. Level 0 holds the leaves. */
  node(level: number, index: number): Uint8Array {
    const nodes = this.#levels[level];
    if (nodes === undefined || index < 0 || index >= 2 ** (this.depth - level)) {
      throw new DefectError("no-such-node", "A tree was asked for a node that it does not have.", { level, index });
    }
    // A Buffer's slice would share its bytes, so the copy is made by the constructor.
    return index * 32 < nodes.length
      ? new Uint8Array(nodes.subarray(index * 32, index * 32 + 32))
      : empty(this.#base + level);
  }

  /** The real nodes `levels` levels below node `index` of level `level`, left to right: what a reveal sends. */
  below(level: number, index: number, levels: number): Uint8Array[] {
    const first = index * 2 ** levels;
    const last = Math.min(first + 2 ** levels, realNodes(this.leafCount, level - levels));
    return Array.from({ length: Math.max(0, last - first) }, (_, offset) => this.node(level - levels, first + offset));
  }

  /** Siblings that join leaves lo … hi to the root, in the order of spec/commitments.md. */
  proof(lo: number, hi: number = lo): Uint8Array[] {
    return rangeProof(this.depth, (level, index) => this.node(level, index), lo, hi);
  }
}

/**
 * Root of the tree of that depth that has `leaves` at lo, lo + 1, …, given their range proof.
 * Null when the leaves do not fit or the proof has not exactly the siblings that are missing.
 */
export function rootFromRange(
  leaves: readonly Uint8Array[],
  lo: number,
  depth: number,
  proof: readonly Uint8Array[],
): Uint8Array | null {
  if (leaves.length === 0 || lo < 0 || lo + leaves.length > 2 ** depth) return null;
  let nodes = [...leaves];
  let first = lo;
  let used = 0;
  for (let level = 0; level < depth; level++) {
    const missing = (first % 2) + ((first + nodes.length) % 2);
    if (used + missing > proof.length) return null;
    if (first % 2 === 1) nodes.unshift(proof[used++]!);
    if (nodes.length % 2 === 1) nodes.push(proof[used++]!);
    nodes = Array.from({ length: nodes.length / 2 }, (_, pair) => hashNode(nodes[2 * pair]!, nodes[2 * pair + 1]!));
    first >>= 1;
  }
  return used === proof.length ? nodes[0]! : null;
}

/** Whether the leaves stand at lo, lo + 1, … of the tree with that root and depth. */
export function provesRange(
  root: Uint8Array,
  leaves: readonly Uint8Array[],
  lo: number,
  depth: number,
  proof: readonly Uint8Array[],
): boolean {
  const derived = rootFromRange(leaves, lo, depth, proof);
  return derived !== null && equalBytes(derived, root);
}

/**
 * Root `levels` levels above the real nodes of one level, filled up on the right with EMPTY of that level.
 * Null when there are none, or more than 2^levels. @param level the nodes' own level (0 = leaves)
 */
export function rootFromNodes(nodes: readonly Uint8Array[], levels: number, level: number): Uint8Array | null {
  if (nodes.length === 0 || nodes.length > 2 ** levels) return null;
  let current = [...nodes];
  for (let step = 0; step < levels; step++) {
    if (current.length % 2 === 1) current.push(empty(level + step));
    current = Array.from({ length: current.length / 2 }, (_, pair) =>
      hashNode(current[2 * pair]!, current[2 * pair + 1]!),
    );
  }
  return current[0]!;
}
