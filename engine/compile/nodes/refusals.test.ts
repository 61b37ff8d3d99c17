import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import type { TensorData } from "../graph.ts";
import { compileForward } from "../forward.ts";
import { writeOnnx, type NodeDescription } from "../onnx/write.ts";
import { nodeRules } from "./rules.ts";

const floats = (shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const integers = (values: number[]): TensorData => ({ dtype: "i32", shape: [values.length], values });

type Initialisers = Readonly<Record<string, TensorData>>;

/** Compiles a node that makes "y" of x [2, 4] and initialisers. */
function compileNode(node: Partial<NodeDescription>, initialisers: Initialisers) {
  return compileForward({
    onnx: writeOnnx({
      name: "node",
      inputs: [
        { name: "x", dtype: "f32", shape: ["batch", 4] },
        { name: "tokens", dtype: "i32", shape: ["batch", 4] },
      ],
      outputs: [{ name: "y", dtype: "f32" }],
      initialisers,
      nodes: [{ opType: "Relu", inputs: ["x"], output: "y", ...node }],
    }),
    batch: 2,
    fields: [
      { name: "features", dtype: "f32", length: 4 },
      { name: "tokens", dtype: "i32", length: 4 },
    ],
    inputs: { x: "features", tokens: "tokens" },
  });
}

/** The node, its initialisers, and what is said not to be supported. */
const refusals: [Partial<NodeDescription>, Initialisers, string][] = [
  [{ attributes: { slope: 1 } }, {}, "attribute slope"],
  [{ inputs: ["x", "x"] }, {}, "an input 1"],
  [{ output: ["y", "z"] }, {}, "more than one output"],
  [
    { opType: "Gather", inputs: ["w", "i"], attributes: { axis: 1 } },
    { w: floats([3, 3]), i: integers([0]) },
    "axis = 1",
  ],
  [{ opType: "Gather", inputs: ["w", "x"] }, { w: floats([3, 3]) }, "f32 as input 1"],
  [{ opType: "Gather", inputs: ["l", "i"] }, { l: integers([1, 2]), i: integers([2]) }, "index 2 into 2 integers"],
  [{ opType: "Shape", attributes: { start: 2 } }, {}, "a shape of no axes"],
  [{ opType: "Gemm", inputs: ["x", "w"] }, { w: floats([3, 4]) }, "[2, 4] times [3, 4]"],
  [{ opType: "Gemm", inputs: ["x", "w", "c"] }, { w: floats([4, 3]), c: floats([5]) }, "C of shape [5]"],
  [{ opType: "Gemm", inputs: ["x", "w"] }, { w: floats([1, 4, 3]) }, "an input of shape [1, 4, 3]"],
  [{ opType: "MatMul", inputs: ["x", "w"] }, { w: floats([4]) }, "[2, 4] times [4]"],
  [{ opType: "Add", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] + [3]"],
  [{ opType: "Sub", inputs: ["x", "w"] }, { w: floats([2, 3]) }, "[2, 4] − [2, 3]"],
  [{ opType: "Mul", inputs: ["w", "x"] }, { w: floats([3, 4]) }, "[3, 4] · [2, 4]"],
  [{ opType: "Div", inputs: ["x", "w"] }, { w: floats([2]) }, "[2, 4] / [2]"],
  [{ opType: "Add" }, {}, "a missing input 1"],
  [{ opType: "Add", inputs: ["x", "i"] }, { i: integers([1]) }, "i32 as input 1"],
  [{ opType: "Neg", inputs: ["tokens"] }, {}, "i32 as input 0"],
  [{ opType: "Reshape", inputs: ["x", "to"] }, { to: integers([3, -1]) }, "[2, 4] to [3, -1]"],
  [{ opType: "Reshape", inputs: ["x", "tokens"] }, {}, "an input 1 that is computed"],
  [{ opType: "Reshape", inputs: ["x", "x"] }, {}, "f32 as input 1"],
  [{ opType: "Flatten", attributes: { axis: 3 } }, {}, "axis = 3"],
  [{ opType: "Transpose", attributes: { perm: [0] } }, {}, "perm = [0] of 2 axes"],
  [{ opType: "Transpose", attributes: { perm: [0, 2] } }, {}, "axis 2 of 2 axes"],
  [{ opType: "Transpose", attributes: { perm: [1, 1] } }, {}, "the axes 1, 1, one of them twice,"],
  [{ opType: "Transpose", attributes: { perm: 1 } }, {}, "attribute perm that is no list of integers"],
  [{ opType: "Squeeze", inputs: ["x", "axes"] }, { axes: integers([-1]) }, "axis 1 of extent 4"],
  [{ opType: "Squeeze", attributes: { axes: [0] } }, {}, "attribute axes"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([4]) }, "axis 4 of 3 axes"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([0, -4]) }, "the axes 0, -4, one of them twice,"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([0, 1, 2, 3, 4, 5, 6]) }, "an output of 9 axes"],
  [{ opType: "Unsqueeze" }, {}, "a missing input 1"],
  [{ opType: "Concat" }, {}, "axis NaN of 2 axes"],
  [
    { opType: "Concat", inputs: ["x", "w"], attributes: { axis: 0 } },
    { w: floats([2, 3]) },
    "[2, 4] with [2, 3] along axis 0",
  ],
  [
    { opType: "Concat", inputs: ["x", "w"], attributes: { axis: 0 } },
    { w: floats([4]) },
    "[2, 4] with [4] along axis 0",
  ],
  [{ opType: "Concat", inputs: ["x", "tokens"], attributes: { axis: 0 } }, {}, "f32 with i32"],
  [{ opType: "Split", output: ["y", "b", "c"], attributes: { axis: 1 } }, {}, "extent 4 as 3 for 3 outputs"],
  [{ opType: "Split", output: ["y", "b"], attributes: { axis: 1, num_outputs: 3 } }, {}, "extent 4 as 3 for 2 outputs"],
  [
    { opType: "Split", output: ["y", "b", "c"], attributes: { axis: 0, num_outputs: 3 } },
    {},
    "extent 2 as 3 for 3 outputs",
  ],
  [
    { opType: "Split", inputs: ["x", "split"], output: ["y", "b"], attributes: { axis: 1 } },
    { split: integers([1, 2]) },
    "extent 4 as [1, 2] for 2 outputs",
  ],
  [
    { opType: "Split", inputs: ["x", "split"], output: ["y", "b"], attributes: { axis: 1 } },
    { split: integers([4, 0]) },
    "extent 4 as [4, 0] for 2 outputs",
  ],
  [{ opType: "Split", inputs: ["x", "tokens"] }, {}, "an input 1 that is computed"],
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(3, 0, 1, -1), "step -1 on axis 1"],
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(3, 3, 1, 1), "an empty slice of axis 1"],
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(0, 1, 2, 1), "axis 2 of 2 axes"],
  [
    { opType: "Slice", inputs: ["x", "a", "b"] },
    { a: integers([0]), b: integers([1, 1]) },
    "starts, ends, axes and steps of 1, 2, 1, 1 elements",
  ],
  [{ opType: "Slice", inputs: ["x", "tokens", "tokens"] }, {}, "an input 1 that is computed"],
  [{ opType: "ReduceSum", inputs: ["x", "axes"] }, { axes: integers([1, -1]) }, "the axes 1, -1, one of them twice,"],
  [{ opType: "ReduceSum", attributes: { axes: [1] } }, {}, "attribute axes"],
  [{ opType: "ReduceMean", attributes: { axes: [2] } }, {}, "axis 2 of 2 axes"],
  [{ opType: "ReduceMean", inputs: ["tokens"] }, {}, "i32 as input 0"],
  [{ opType: "Softmax", attributes: { axis: 2 } }, {}, "axis 2 of 2 axes"],
];

function slice(start: number, end: number, axis: number, step: number): Initialisers {
  return { a: integers([start]), b: integers([end]), c: integers([axis]), s: integers([step]) };
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.fail("nothing was refused");
}

describe("what nodes refuse", () => {
  for (const [node, initialisers, what] of refusals) {
    const opType = node.opType ?? "Relu";
    it(`${opType}: ${what}`, () => {
      const error = thrownBy(() => compileNode(node, initialisers)) as OperatorError;
      expect(error).to.be.instanceOf(OperatorError);
      const { supports } = nodeRules.get(opType)!;
      expect(error.message).to.equal(`Node "y" (${opType}): ${what} is not supported; ${opType} supports ${supports}.`);
      expect(error.code).to.equal("node-unsupported");
      expect(error.facts).to.include({ node: "y", opType });
    });
  }

  it("an unknown op type, with those that are known", () => {
    const error = thrownBy(() => compileNode({ opType: "Cos" }, {})) as OperatorError;
    expect(error.code).to.equal("node-unsupported");
    const start = 'Node "y" has op type Cos, which is not supported; supported are Add, Concat, Constant, ';
    expect(error.message.startsWith(start), error.message).to.equal(true);
    for (const opType of nodeRules.keys()) expect(error.message).to.contain(opType);
  });
});
