import { expect } from "chai";
import { fromHex, MerkleTree, rootFromRange, sha256, toHex } from "../../common/index.ts";
import { freshWorld, type Target, type World } from "./support/world.ts";

/** The contract's range proofs of two leaves against those of common/merkle.ts. */
describe("the range proof of two leaves", () => {
  let world: World;
  let harness: Target;

  before(async () => {
    world = await freshWorld();
    harness = await world.deploy("MerkleHarness");
  });

  const treeOf = (count: number) =>
    new MerkleTree(Array.from({ length: count }, (_, i) => sha256(Uint8Array.of(count, i))));
  const other = toHex(sha256(Uint8Array.of(255)));

  for (const count of [2, 3, 4, 5, 8, 11, 16, 17, 31, 33, 64]) {
    it(`holds for every pair of ${count} leaves, and for nothing else`, async () => {
      const tree = treeOf(count);
      const root = toHex(tree.root);
      const leaf = (i: number) => toHex(tree.node(0, i));
      for (let i = 0; i + 1 < count; i++) {
        const [first, second, proof] = [leaf(i), leaf(i + 1), tree.proof(i, i + 1).map(toHex)];
        await world.read(harness, "checkPair", [first, second, i, count, proof, root]);

        const mismatch = async (a: typeof first, b: typeof first, siblings: typeof proof) => {
          const given = rootFromRange([a, b].map(fromHex), i, tree.depth, siblings.map(fromHex));
          expect(given).not.to.equal(null);
          const args = [a, b, i, count, siblings, root];
          await world.readFails(harness, "checkPair", args, "RootMismatch", [toHex(given!), root]);
        };
        await mismatch(second, first, proof);
        await mismatch(other, second, proof);
        await mismatch(first, other, proof);
        for (const place of proof.keys()) await mismatch(first, second, proof.with(place, other));

        const [length, longer] = [BigInt(proof.length), [...proof, other]];
        const lengths = (siblings: typeof proof) =>
          world.readFails(harness, "checkPair", [first, second, i, count, siblings, root], "ProofLength", [
            BigInt(siblings.length),
            length,
          ]);
        await lengths(longer);
        if (proof.length > 0) await lengths(proof.slice(1));
      }
      const last = [leaf(count - 1), other, count - 1, count, tree.proof(count - 1).map(toHex), root];
      await world.readFails(harness, "checkPair", last, "LeafOutOfRange", [BigInt(count), BigInt(count)]);
    });
  }
});
