import { expect } from "chai";
import { toHex } from "./bytes.ts";
import { sha256 } from "./hash.ts";
import {
  MerkleTree,
  depthOf,
  empty,
  hashNode,
  provesRange,
  realNodes,
  rootFromNodes,
  rootFromRange,
  treeBytes,
} from "./merkle.ts";

const leaf = (index: number) => sha256(Uint8Array.of(9, index & 255, index >> 8));
const leaves = (count: number) => Array.from({ length: count }, (_, index) => leaf(index));

/** The naive twin: every node of the perfect tree, EMPTY leaves written out. */
function naiveRoot(nodes: Uint8Array[]): Uint8Array {
  const padded = [...nodes];
  while (padded.length < 2 ** depthOf(nodes.length)) padded.push(new Uint8Array(32));
  let current = padded;
  while (current.length > 1) {
    current = current.filter((_, i) => i % 2 === 0).map((left, i) => hashNode(left, current[2 * i + 1]!));
  }
  return current[0]!;
}

describe("Merkle trees", () => {
  it("hash nodes with their domain byte", () => {
    const left = leaf(1);
    expect(toHex(hashNode(left, leaf(2)))).to.equal(toHex(sha256(Uint8Array.of(0), left, leaf(2))));
    expect(toHex(empty(1))).to.equal(toHex(sha256(new Uint8Array(65))));
    expect(toHex(empty(2))).to.equal(toHex(hashNode(empty(1), empty(1))));
  });

  it("have depth ⌈log₂ n⌉", () => {
    expect([0, 1, 2, 3, 4, 5, 64, 65, 2 ** 31].map(depthOf)).to.deep.equal([0, 0, 1, 2, 2, 3, 6, 7, 31]);
    expect(realNodes(65, 6)).to.equal(2);
  });

  it("have the root of the naive tree, from single and from flat leaves", () => {
    for (let count = 1; count <= 70; count++) {
      const tree = new MerkleTree(leaves(count));
      expect(toHex(tree.root), `${count} leaves`).to.equal(toHex(naiveRoot(leaves(count))));
      expect(toHex(new MerkleTree(Buffer.concat(leaves(count))).root)).to.equal(toHex(tree.root));
    }
    expect(toHex(new MerkleTree([]).root)).to.equal(toHex(empty(0)));
  });

  it("give all their nodes, level after level", () => {
    for (let count = 1; count <= 20; count++) {
      const tree = new MerkleTree(Array.from({ length: count }, (_, index) => sha256(Uint8Array.of(index))));
      const nodes = tree.nodes();
      expect(nodes.length).to.equal(treeBytes(count));
      let at = 0;
      for (let level = 0; level <= tree.depth; level++)
        for (let index = 0; index < realNodes(count, level); index++, at += 32)
          expect(toHex(nodes.subarray(at, at + 32)), `${level}, ${index}`).to.equal(toHex(tree.node(level, index)));
      expect(toHex(nodes.subarray(nodes.length - 32))).to.equal(toHex(tree.root));
    }
  });

  it("prove every range and no other", () => {
    for (let count = 1; count <= 13; count++) {
      const tree = new MerkleTree(leaves(count));
      for (let lo = 0; lo < count; lo++) {
        for (let hi = lo; hi < count; hi++) {
          const proof = tree.proof(lo, hi);
          const range = leaves(count).slice(lo, hi + 1);
          expect(provesRange(tree.root, range, lo, tree.depth, proof), `${lo}…${hi} of ${count}`).to.be.true;
          expect(rootFromRange(range, lo, tree.depth, [...proof, leaf(0)])).to.be.null;
          if (proof.length > 0) expect(rootFromRange(range, lo, tree.depth, proof.slice(1))).to.be.null;
          if (lo > 0) expect(provesRange(tree.root, range, lo - 1, tree.depth, proof)).to.be.false;
        }
      }
    }
    expect(new MerkleTree(leaves(6)).proof(3)).to.have.length(3);
    expect(rootFromRange([leaf(0)], 4, 2, [leaf(1), leaf(2)])).to.be.null;
  });

  it("reveal real nodes that hash back, filled up with EMPTY", () => {
    const tree = new MerkleTree(leaves(11));
    for (let level = 0; level <= tree.depth; level++) {
      for (let index = 0; index < realNodes(11, level); index++) {
        for (let levels = 0; levels <= level; levels++) {
          const nodes = tree.below(level, index, levels);
          expect(toHex(rootFromNodes(nodes, levels, level - levels)!)).to.equal(toHex(tree.node(level, index)));
        }
      }
    }
    expect(tree.below(tree.depth, 0, tree.depth)).to.have.length(11);
    expect(rootFromNodes([], 2, 0)).to.be.null;
    expect(rootFromNodes(leaves(5), 2, 0)).to.be.null;
  });
});
