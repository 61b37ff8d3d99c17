import type { Hex } from "viem";
import { empty, fromHex, hashNode, rootFromRange, toHex, type MerkleTree } from "../common/index.ts";
import { revealLevels, type RecordedMove } from "../protocol/index.ts";

/** Whether a leaf or node stands at `index` under `root`, given its siblings from the bottom up. */
export function joins(leaf: Hex, index: number, proof: readonly Hex[], root: Hex): boolean {
  const derived = rootFromRange([fromHex(leaf)], index, proof.length, proof.map(fromHex));
  return derived !== null && toHex(derived) === root;
}

/** The rows of nodes from height `height` (given, filled up with EMPTY) to the single node `levels` above. */
export function rowsAbove(nodes: readonly Uint8Array[], height: number, levels: number): Uint8Array[][] {
  const row = [...nodes];
  while (row.length < 2 ** levels) row.push(empty(height));
  const rows = [row];
  for (let level = 0; level < levels; level++) {
    const below = rows[level];
    rows.push(Array.from({ length: below.length / 2 }, (_, i) => hashNode(below[2 * i], below[2 * i + 1])));
  }
  return rows;
}

/** The siblings of place i of the lowest row, bottom up. */
export function siblingsInRows(rows: readonly Uint8Array[][], i: number): Uint8Array[] {
  return rows.slice(0, -1).map((row, level) => row[(i >> level) ^ 1]);
}

/**
 * The defender's tree as far as the challenger knows it: the nodes the defender revealed, and the challenger's own everywhere else.
 * INVARIANT: a proof of a leaf left of the first difference uses only revealed nodes and nodes on which both agree.
 */
export class RevealedTree {
  readonly #own: MerkleTree;
  readonly #revealed = new Map<string, Uint8Array>();

  constructor(own: MerkleTree) {
    this.#own = own;
  }

  /** Adds a reveal of `nodes` `levels` below the node `index` at height `top`. */
  add(nodes: readonly Hex[], top: number, index: number, levels: number): void {
    const rows = rowsAbove(nodes.map(fromHex), top - levels, levels);
    rows.forEach((row, level) => {
      const height = top - levels + level;
      const first = index * row.length;
      row.forEach((node, i) => this.#revealed.set(`${height}/${first + i}`, node));
    });
  }

  /** The defender's node, or the own one where he revealed none. */
  node(height: number, index: number): Uint8Array {
    return this.#revealed.get(`${height}/${index}`) ?? this.#own.node(height, index);
  }

  /** Siblings of a leaf, bottom up. */
  proof(leaf: number): Uint8Array[] {
    return Array.from({ length: this.#own.depth }, (_, height) => this.node(height, (leaf >> height) ^ 1));
  }
}

/** The operator tree the defender opened in a game, over the challenger's own tree of that side. */
export function revealedOperators(own: MerkleTree, history: readonly RecordedMove[]): RevealedTree {
  const tree = new RevealedTree(own);
  for (const { before, move } of history) {
    if (before.phase === "OperatorReveal" && move.type === "revealNodes")
      tree.add(move.nodes, before.levels, before.index, Math.min(revealLevels, before.levels));
  }
  return tree;
}
