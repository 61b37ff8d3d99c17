import { expect } from "chai";
import { fromHex, MerkleTree, toHex } from "../../../common/index.ts";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import {
  classifierOperators as at,
  dtypeCodes,
  gridSteps,
  tensorRoot,
  type TensorCommitment,
} from "../../../engine/index.ts";
import { readGame, timeoutGame, type Move } from "../../../protocol/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";
import { declaredAs, lieAbout, type Forged } from "./support/tamper.ts";

const seed = 0x5eed_0105;
const steps = 8;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);

/** A node of a tree of hashes looks like any other: only its place tells a leaf from what stands above it. */
describe("attack: an inner node offered as a leaf", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  it("by the challenger of an honest claim, as a step's root: refused with every proof", async () => {
    const { board, example } = await setUp();
    const { honest } = example;
    const table = await Table.open(board, example.claimOf(honest));
    await table.play(defending(honest), challenging(honest), "GridPick");
    const roots = gridSteps(steps, 2).map((after) => fromHex(honest.roots[after]!));
    const tree = new MerkleTree(roots);
    const inner = toHex(tree.node(1, 0));
    const proof = tree.proof(0).map(toHex);
    const pick = (index: number, siblings: typeof proof): Move => {
      return { type: "pickStep", index, before: table.game.from, at: inner, proof: siblings };
    };
    const refusals = [
      await table.refuses(pick(0, proof.slice(1))),
      await table.refuses(pick(0, proof)),
      await table.refuses(pick(0, [toHex(tree.node(1, 1)), proof[0]!])),
      await table.refuses(pick(4, proof)),
    ];
    expect(refusals).to.deep.equal(["ProofLength", "RootMismatch", "RootMismatch", "LeafOutOfRange"]);
  });

  it("by the challenger of an honest claim, as an operator's output: refused at every height", async () => {
    const { board, example } = await setUp();
    const { honest } = example;
    const table = await Table.open(board, example.claimOf(honest));
    const aim = { step: steps, operator: at.gradient, element: 0 };
    await table.play(defending(honest), challenging(honest, aim), "OperatorPick");
    const tree = honest.step(0).left;
    const right = challenging(honest, aim)(table.game, table.history) as Move & { type: "pickNode" };
    for (let height = 1; height <= tree.depth; height++) {
      const node = toHex(tree.node(height, at.gradient >> height));
      const short = right.proof.slice(height);
      expect(await table.refuses({ ...right, node })).to.equal("RootMismatch");
      expect(await table.refuses({ ...right, node, proof: short })).to.equal("ProofLength");
      const place = { node, index: right.index >> height };
      expect(await table.refuses({ ...right, ...place, proof: [...short, ...right.proof.slice(0, height)] })).to.equal(
        "RootMismatch",
      );
    }
    expect(await table.play(defending(honest), challenging(honest, aim))).to.include({ phase: "DefenderWon" });
  });

  it("by the solver, as a chunk: he can open the tensor, never the chunk, and his clock runs out", async () => {
    const { board, example } = await setUp();
    const output = example.honest.step(steps - 1).output(at.weights);
    // Four chunks whose root he declares to be the one chunk of a tensor of the right size.
    const four = declaredAs(output, 1024, "f32");
    const posed: TensorCommitment = {
      ...output,
      chunkTree: new MerkleTree([four.chunkTree.root]),
      root: tensorRoot(output.words.length, dtypeCodes.f32, four.chunkTree.root),
    };
    const { claim, defender } = lieAbout(
      example,
      new Map([[at.weights as number, { ...posed, chunks: [] } as Forged]]),
    );
    const table = await Table.open(board, claim);
    await table.play(defender, challenging(example.honest), "ChunkReveal");
    expect(table.game.node).to.equal(toHex(four.chunkTree.root));
    for (const chunk of four.chunks) {
      expect(await table.refuses({ type: "revealChunk", chunk: toHex(chunk) })).to.equal("RootMismatch");
    }
    const children = [0, 1].map((index) => toHex(four.chunkTree.node(1, index)).slice(2)).join("");
    expect(await table.refuses({ type: "revealChunk", chunk: `0x${children}` })).to.equal("WrongCount");
    await board.networkHelpers.time.increase(1001);
    const { deployment, accounts } = board;
    await board.send(accounts.challenger, timeoutGame(deployment, table.gameId));
    expect((await readGame(board.chain, table.gameId)).game.phase).to.equal("ChallengerWon");
  });
});
