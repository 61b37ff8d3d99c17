import { expect } from "chai";
import { MerkleTree, OperatorError, hashNode, sha256, toHex, u32Bytes } from "../../common/index.ts";
import { createExecutor } from "../executor.ts";
import { classifierProgram, halvingProgram } from "../program/example.ts";
import { gridSteps, segmentCommitment } from "./segment.ts";
import { decodeState, encodeState, stateCommitment } from "./state.ts";
import { chunkAt, chunkCount, commitTensor, hashChunk, tensorRoot } from "./tensor.ts";
import { stateRoot, traceCommitment } from "./trace.ts";

describe("tensor commitments", () => {
  it("have the roots of the specification's example", () => {
    const { chunkTree, root } = commitTensor(Uint32Array.of(0x3f800000, 0x80000000, 0x7fc00000), "f32");
    expect(toHex(chunkTree.root)).to.equal("0x23445dbbbe44ff0bd93374050d598365d0b84fae67b929fb88be765ef2797f1c");
    expect(toHex(root)).to.equal("0xdcf0d575297082588705a3ae104fb1a896c8a6a91c2f6d8c5c3e60aca047abed");
  });

  it("cut words into chunks of 256, the last one padded with zeros", () => {
    const words = Uint32Array.from({ length: 513 }, (_, index) => index + 1);
    const { chunkTree, root } = commitTensor(words, "i32");
    expect([256, 257, 513].map(chunkCount)).to.deep.equal([1, 2, 3]);
    const last = new Uint8Array(1024);
    last.set(u32Bytes(513));
    expect(toHex(chunkAt(words, 2))).to.equal(toHex(last));
    expect(toHex(chunkTree.node(0, 2))).to.equal(toHex(sha256(Uint8Array.of(1), last)));
    const [first, second] = [hashChunk(chunkAt(words, 0)), hashChunk(chunkAt(words, 1))];
    const top = hashNode(hashNode(first, second), hashNode(hashChunk(last), new Uint8Array(32)));
    expect(toHex(root)).to.equal(toHex(sha256(Uint8Array.of(2), u32Bytes(513, 2), top)));
    expect(toHex(tensorRoot(513, 2, top))).to.equal(toHex(root));
  });

  it("tell dtypes and lengths apart", () => {
    const roots = [
      commitTensor(new Uint32Array(3), "f32"),
      commitTensor(new Uint32Array(3), "i32"),
      commitTensor(new Uint32Array(4), "f32"),
    ].map(({ root }) => toHex(root));
    expect(new Set(roots).size).to.equal(3);
  });
});

describe("state commitments", () => {
  const program = classifierProgram({ words: 5, root: new Uint8Array(32) }, new Uint8Array(32));
  const state = [Uint32Array.from({ length: 18 }, (_, index) => index), Uint32Array.of(7)];

  it("are the tree over the tensors' roots", () => {
    const { root, tensors } = stateCommitment(state, program);
    expect(toHex(root)).to.equal(
      toHex(hashNode(commitTensor(state[0]!, "f32").root, commitTensor(state[1]!, "i32").root)),
    );
    expect(tensors.map(({ dtype }) => dtype)).to.deep.equal(["f32", "i32"]);
    const [only] = stateCommitment([new Uint32Array(3)], halvingProgram()).tensors;
    expect(toHex(stateCommitment([new Uint32Array(3)], halvingProgram()).root)).to.equal(toHex(only!.root));
  });

  it("have a file that is cut into the same tensors", () => {
    expect(decodeState(encodeState(state), program)).to.deep.equal(state);
    expect(() => decodeState(encodeState(state).slice(4), program)).to.throw(OperatorError);
    expect(() => stateCommitment([state[0]!], program)).to.throw(OperatorError);
    expect(() => stateCommitment([state[1]!, state[0]!], program)).to.throw(OperatorError);
  });
});

describe("segment commitments", () => {
  it("have a leaf after every grid steps and after the last", () => {
    expect(gridSteps(10, 4)).to.deep.equal([4, 8, 10]);
    expect(gridSteps(8, 4)).to.deep.equal([4, 8]);
    expect(gridSteps(1, 64)).to.deep.equal([1]);
    const roots = gridSteps(10, 4).map((steps) => sha256(u32Bytes(steps)));
    const { root, tree } = segmentCommitment(roots);
    expect(toHex(root)).to.equal(toHex(new MerkleTree(roots).root));
    expect(tree.leafCount).to.equal(3);
  });
});

describe("trace commitments", () => {
  it("commit to every output and to the next state", async () => {
    const rates = Uint32Array.of(0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000, 0x3f000000);
    const classes = Uint32Array.of(0, 1, 2);
    const program = classifierProgram(
      { words: 5, root: commitTensor(rates, "f32").root },
      commitTensor(classes, "i32").root,
    );
    const x = Uint32Array.from({ length: 60 }, (_, index) => 0x3f000000 + index * 65536);
    const y = Uint32Array.from({ length: 10 }, (_, index) => index % 3);
    const dataset = {
      samples: 10,
      fields: [
        { dtype: "f32", words: x, stride: 6, length: 6 },
        { dtype: "i32", words: y, stride: 1, length: 1 },
      ],
    } as const;
    const executor = await createExecutor("reference", { program, constants: [rates, classes], dataset });
    const start = [new Uint32Array(18).fill(0x3d000000), Uint32Array.of(3)];
    const context = { step: 3, seed: 1, order: "shuffled" } as const;
    const trace = traceCommitment(executor, program, start, context);
    expect([trace.left.leafCount, trace.right.leafCount]).to.deep.equal([16, 2]);
    expect(toHex(stateRoot(executor, program))).to.equal(toHex(trace.stateRoot));
    expect(toHex(trace.stateRoot)).to.equal(toHex(stateCommitment(executor.getState(), program).root));
    expect(executor.getState()[1]).to.deep.equal(Uint32Array.of(4));
    for (let operator = 0; operator < 18; operator++) {
      const root = operator < 16 ? trace.left.node(0, operator) : trace.right.node(0, operator - 16);
      expect(toHex(trace.output(operator).root), `operator ${operator}`).to.equal(toHex(root));
    }

    const again = traceCommitment(executor, program, start, context);
    expect(toHex(again.left.root)).to.equal(toHex(trace.left.root));
    const flip = { operator: 4, element: 2, bit: 20 };
    const flipped = traceCommitment(executor, program, start, context, { flip });
    const leaves = Array.from({ length: 16 }, (_, leaf) => leaf);
    const differs = (leaf: number) => toHex(flipped.left.node(0, leaf)) !== toHex(trace.left.node(0, leaf));
    expect(leaves.findIndex(differs)).to.equal(4);
    expect(flipped.output(4).words[2]! ^ trace.output(4).words[2]!).to.equal(1 << 20);
    expect(toHex(flipped.stateRoot)).to.not.equal(toHex(trace.stateRoot));
  });
});
