import { expect } from "chai";
import { OperatorError } from "../../../common/index.ts";
import type { TensorData } from "../graph.ts";
import { compileForward } from "../forward.ts";
import { writeOnnx, type NodeDescription } from "../onnx/write.ts";
import { nodeRules, refusedNodes } from "./rules.ts";

const floats = (shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});
const integers = (values: number[]): TensorData => ({ dtype: "i32", shape: [values.length], values });

/** Three channels of four places. */
const planes = { p: floats([1, 3, 4]) };

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
    { opType: "Gather", inputs: ["w", "i"], attributes: { axis: 2 } },
    { w: floats([3, 3]), i: integers([0]) },
    "axis 2 of 2 axes",
  ],
  [{ opType: "Gather", inputs: ["w", "x"] }, { w: floats([3, 3]) }, "f32 as input 1"],
  [{ opType: "Gather", inputs: ["l", "i"] }, { l: integers([1, 2]), i: integers([2]) }, "index 2 into 2 rows"],
  [{ opType: "Shape", attributes: { start: 2 } }, {}, "a shape of no axes"],
  [{ opType: "Gemm", inputs: ["x", "w"] }, { w: floats([3, 4]) }, "[2, 4] times [3, 4]"],
  [{ opType: "Gemm", inputs: ["x", "w", "c"] }, { w: floats([4, 3]), c: floats([5]) }, "C of shape [5]"],
  [{ opType: "Gemm", inputs: ["x", "w"] }, { w: floats([1, 4, 3]) }, "an input of shape [1, 4, 3]"],
  [{ opType: "MatMul", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] times [3, 1]"],
  [{ opType: "Add", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] + [3]"],
  [{ opType: "Sub", inputs: ["x", "w"] }, { w: floats([2, 3]) }, "[2, 4] − [2, 3]"],
  [{ opType: "Mul", inputs: ["w", "x"] }, { w: floats([3, 4]) }, "[3, 4] · [2, 4]"],
  [{ opType: "Div", inputs: ["x", "w"] }, { w: floats([2]) }, "[2, 4] / [2]"],
  [{ opType: "Add" }, {}, "a missing input 1"],
  [{ opType: "Add", inputs: ["x", "i"] }, { i: integers([1]) }, "f32 + i32"],
  [{ opType: "Tanh", inputs: ["tokens"] }, {}, "i32 as input 0"],
  [{ opType: "Reshape", inputs: ["x", "to"] }, { to: integers([3, -1]) }, "[2, 4] to [3, -1]"],
  [{ opType: "Reshape", inputs: ["x", "tokens"] }, {}, "an input 1 that is computed"],
  [{ opType: "Reshape", inputs: ["x", "x"] }, {}, "f32 as input 1"],
  [{ opType: "Flatten", attributes: { axis: 3 } }, {}, "axis = 3"],
  [{ opType: "Transpose", attributes: { perm: [0] } }, {}, "perm = [0] of 2 axes"],
  [{ opType: "Transpose", attributes: { perm: [0, 2] } }, {}, "axis 2 of 2 axes"],
  [{ opType: "Transpose", attributes: { perm: [1, 1] } }, {}, "the axes 1, 1, one of them twice,"],
  [{ opType: "Transpose", attributes: { perm: 1 } }, {}, "attribute perm that is no list of integers"],
  [{ opType: "Squeeze", inputs: ["x", "axes"] }, { axes: integers([-1]) }, "axis 1 of extent 4"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([4]) }, "axis 4 of 3 axes"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([0, -4]) }, "the axes 0, -4, one of them twice,"],
  [{ opType: "Unsqueeze", inputs: ["x", "axes"] }, { axes: integers([0, 1, 2, 3, 4, 5, 6]) }, "an output of 9 axes"],
  [{ opType: "Unsqueeze" }, {}, "no axes"],
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
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(3, 0, 1, 0), "step 0 on axis 1"],
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(3, 3, 1, 1), "an empty slice of axis 1"],
  [{ opType: "Slice", inputs: ["x", "a", "b", "c", "s"] }, slice(0, 1, 2, 1), "axis 2 of 2 axes"],
  [
    { opType: "Slice", inputs: ["x", "a", "b"] },
    { a: integers([0]), b: integers([1, 1]) },
    "starts, ends, axes and steps of 1, 2, 1, 1 elements",
  ],
  [{ opType: "Slice", inputs: ["x", "tokens", "tokens"] }, {}, "an input 1 that is computed"],
  [{ opType: "ReduceSum", inputs: ["x", "axes"] }, { axes: integers([1, -1]) }, "the axes 1, -1, one of them twice,"],
  [{ opType: "ReduceMean", attributes: { axes: [2] } }, {}, "axis 2 of 2 axes"],
  [{ opType: "ReduceMean", inputs: ["tokens"] }, {}, "i32 as input 0"],
  [{ opType: "Softmax", attributes: { axis: 2 } }, {}, "axis 2 of 2 axes"],

  [{ opType: "Less", inputs: ["x", "tokens"] }, {}, "f32 < i32"],
  [{ opType: "And", inputs: ["tokens", "i"] }, { i: integers([1, 0, 1]) }, "[2, 4] and [3]"],
  [{ opType: "Where", inputs: ["tokens", "x", "i"] }, { i: integers([1]) }, "f32 or i32"],
  [{ opType: "Where", inputs: ["tokens", "x", "w"] }, { w: floats([3]) }, "[2, 4] ? [2, 4] : [3]"],
  [{ opType: "Max", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] with [3]"],
  [{ opType: "Min", inputs: ["x", "tokens"] }, {}, "f32 with i32"],
  [{ opType: "Sum", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] + [3]"],
  [{ opType: "Div", inputs: ["tokens", "i"] }, { i: integers([2]) }, "integers that are computed"],
  [{ opType: "Div", inputs: ["i", "z"] }, { i: integers([2]), z: integers([0]) }, "a divisor of 0"],
  [{ opType: "Mod", inputs: ["x", "x"] }, {}, "f32"],
  [{ opType: "Cast", attributes: { to: 10 } }, {}, "to = data type 10"],
  [{ opType: "PRelu", inputs: ["x", "w"] }, { w: floats([2, 2, 4]) }, "[2, 4] with a slope [2, 2, 4]"],
  [{ opType: "Pow", inputs: ["x", "tokens"] }, {}, "an integer exponent that is computed"],
  [{ opType: "Pow", inputs: ["x", "w"] }, { w: floats([3]) }, "[2, 4] ^ [3]"],
  [{ opType: "Clip", inputs: ["x", "x"] }, {}, "an input 1 that is computed"],
  [{ opType: "Gelu", attributes: { approximate: "sometimes" } }, {}, "approximate = sometimes"],
  [{ opType: "Gelu", attributes: { approximate: 1 } }, {}, "attribute approximate that is no text"],
  [{ opType: "Expand", inputs: ["x", "to"] }, { to: integers([3, 4]) }, "[2, 4] to [3, 4]"],
  [{ opType: "Tile", inputs: ["x", "r"] }, { r: integers([2]) }, "repeats = [2]"],
  [{ opType: "ConstantOfShape", inputs: ["to"] }, { to: integers([0, 4]) }, "the shape [0, 4]"],
  [{ opType: "Range", inputs: ["a", "b", "a"] }, { a: integers([3]), b: integers([0]) }, "3 to 0 by 3"],
  [
    { opType: "OneHot", inputs: ["tokens", "d", "v"] },
    { d: integers([0]), v: floats([2]) },
    "a depth of 0 and 2 values",
  ],
  [{ opType: "GatherElements", inputs: ["x", "i"] }, { i: integers([0]) }, "[2, 4] at [1]"],
  [{ opType: "Pad", inputs: ["x", "p"] }, { p: integers([1, 1]) }, "pads = [1, 1] for 2 axes"],
  [{ opType: "Pad", inputs: ["x", "p"] }, { p: integers([-2, 0, 0, 0]) }, "an axis of 2 padded by -2 and 0"],
  [{ opType: "Pad", inputs: ["x", "p"], attributes: { mode: "odd" } }, { p: integers([1, 0, 0, 0]) }, "mode = odd"],
  [
    { opType: "Range", inputs: ["a", "b", "c"] },
    { a: integers([0]), b: integers([2 ** 30]), c: integers([1]) },
    "a list of 1073741824 elements",
  ],
  [
    { opType: "Expand", inputs: ["x", "to"] },
    { to: integers([2 ** 28, 2, 4]) },
    "an output of shape [268435456, 2, 4]",
  ],
  [
    { opType: "OneHot", inputs: ["tokens", "d", "v"] },
    { d: integers([2 ** 30]), v: floats([2]) },
    "a list of 1073741824 elements",
  ],
  [{ opType: "Resize", inputs: ["x", "", "", "s"] }, { s: integers([2, 2 ** 30]) }, "a list of 1073741824 elements"],
  [{ opType: "Trilu", inputs: ["w"] }, { w: floats([3]) }, "an input of shape [3]"],
  [{ opType: "CumSum", inputs: ["w", "a"] }, { w: floats([3000]), a: integers([0]) }, "an axis of 3000 elements"],
  [{ opType: "Resize", inputs: ["x", "", "s"] }, { s: floats([1]) }, "1 scales for 2 axes"],
  [{ opType: "Resize", inputs: ["x", "", "s"] }, { s: floats([2]) }, "a size of 0 for axis 0"],
  [{ opType: "Sin" }, {}, "an input 0 that is computed"],
  [
    { opType: "Cos", inputs: ["a"] },
    { a: { dtype: "f32", shape: [], values: Float32Array.of(2 ** 21) } },
    "an angle of 2097152",
  ],
  [{ opType: "Resize", inputs: ["x", "", "s"], attributes: { mode: "cubic" } }, { s: floats([2]) }, "mode = cubic"],
  [{ opType: "DepthToSpace", attributes: { blocksize: 2 } }, {}, "[2, 4] in blocks of 2"],
  [{ opType: "SpaceToDepth", attributes: { blocksize: 2 } }, {}, "[2, 4] in blocks of 2"],
  [{ opType: "Einsum", inputs: ["x"], attributes: { equation: "...ijk" } }, {}, 'equation "...ijk" of such shapes'],
  [{ opType: "Attention", inputs: ["x", "x", "x"] }, {}, "[2, 4] in 0 heads"],
  [{ opType: "Attention", inputs: ["x", "x", "x"], attributes: { softcap: { float: 2 } } }, {}, "softcap"],
  [
    { opType: "Attention", inputs: ["q", "q", "q", "m"] },
    { q: floats([1, 1, 3, 4]), m: floats([2, 3]) },
    "a mask [2, 3] for scores [1, 1, 3, 3]",
  ],
  [{ opType: "Einsum", inputs: ["x"], attributes: { equation: "ii" } }, {}, 'equation "ii"'],
  [{ opType: "Einsum", inputs: ["x"], attributes: { equation: "ijk->i" } }, {}, "[2, 4] as ijk"],
  [
    { opType: "Einsum", inputs: ["x", "w"], attributes: { equation: "ij,jk" } },
    { w: floats([3, 3]) },
    "an index j of 4 and 3",
  ],
  [
    { opType: "ReduceProd", inputs: ["i"] },
    { i: { dtype: "i32", shape: [1, 1], values: [1] } },
    "a product over some axes",
  ],
  [{ opType: "Conv", inputs: ["x", "w"] }, { w: floats([1, 1, 1]) }, "an input of shape [2, 4]"],
  [{ opType: "Conv", inputs: ["p", "w"] }, { ...planes, w: floats([2, 2, 3]) }, "[1, 3, 4] by [2, 2, 3] in 1 groups"],
  [{ opType: "Conv", inputs: ["p", "w", "c"] }, { ...planes, w: floats([2, 3, 3]), c: floats([3]) }, "B of shape [3]"],
  [
    { opType: "Conv", inputs: ["p", "w"] },
    { ...planes, w: floats([2, 3, 5]) },
    "a window of 5 over an axis of 4 padded by 0 and 0",
  ],
  [
    { opType: "Conv", inputs: ["p", "w"], attributes: { strides: [1, 1] } },
    { ...planes, w: floats([2, 3, 3]) },
    "strides = [1, 1] for 1 spatial axes",
  ],
  [
    { opType: "Conv", inputs: ["p", "w"], attributes: { pads: [1] } },
    { ...planes, w: floats([2, 3, 3]) },
    "pads = [1] for 1 spatial axes",
  ],
  [
    { opType: "Conv", inputs: ["p", "w"], attributes: { auto_pad: "SAME" } },
    { ...planes, w: floats([2, 3, 3]) },
    "auto_pad = SAME",
  ],
  [
    { opType: "ConvTranspose", inputs: ["p", "w"], attributes: { output_shape: [9] } },
    { ...planes, w: floats([3, 1, 2]) },
    "output_shape [9] without auto_pad",
  ],
  [{ opType: "MaxPool", inputs: ["p"] }, planes, "kernel_shape = [] for 1 spatial axes"],
  [
    { opType: "MaxPool", inputs: ["p"], output: ["y", "i"], attributes: { kernel_shape: [2] } },
    planes,
    "more than one output",
  ],
  [
    { opType: "BatchNormalization", inputs: ["p", "w", "w", "w", "w"] },
    { ...planes, w: floats([4]) },
    "input 1 of shape [4]",
  ],
  [
    { opType: "GroupNormalization", inputs: ["p", "w", "w"], attributes: { num_groups: 2 } },
    { ...planes, w: floats([3]) },
    "[1, 3, 4] in 2 groups",
  ],
  [{ opType: "InstanceNormalization", inputs: ["p", "w", "w"] }, { ...planes, w: floats([4]) }, "[4] for 3 scales"],
  [{ opType: "LayerNormalization", inputs: ["x", "w"] }, { w: floats([3]) }, "input 1 of shape [3]"],
  [
    { opType: "Dropout", inputs: ["x", "r"] },
    { r: { dtype: "f32", shape: [], values: Float32Array.of(1) } },
    "a ratio of 1",
  ],
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

  for (const [opType, reason] of refusedNodes)
    it(`${opType}: ${reason}`, () => {
      const error = thrownBy(() => compileNode({ opType }, {})) as OperatorError;
      expect(error.message).to.equal(`Node "y" has op type ${opType}, which is not supported: ${reason}.`);
    });

  it("an unknown op type", () => {
    const error = thrownBy(() => compileNode({ opType: "Acos" }, {})) as OperatorError;
    expect(error.code).to.equal("node-unsupported");
    expect(error.message).to.equal(
      'Node "y" has op type Acos, which is not supported: docs/nodes.md lists those that are.',
    );
  });
});
