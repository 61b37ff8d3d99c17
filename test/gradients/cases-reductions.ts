import { ints, node, type Case } from "./case.ts";

const reductions = ["ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSumExp"];

/** The reductions of m [batch, 3, 4] with axes as attributes, added up. */
function reduced(attributes: Readonly<Record<string, number | readonly number[]>>, letter: string) {
  return reductions.map((opType, i) => node(opType, ["m"], `${letter}${i}`, attributes));
}

/** Reductions and softmaxes. */
export const reductionCases: readonly Case[] = [
  {
    name: "reductions over middle, last and all axes (opset 13)",
    opset: 13,
    batch: 2,
    x: [3, 4],
    parameters: { w: [4, 4] },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      ...reduced({ axes: [1] }, "a"),
      ...reduced({ axes: [-1, 0] }, "b"),
      ...reduced({ keepdims: 0 }, "c"),
      node(
        "Sum",
        ["a", "b", "c"].flatMap((letter) => reductions.map((_, i) => `${letter}${i}`)),
        "s",
      ),
      node("Mul", ["s", "m"], "y"),
    ],
    classes: 4,
    positions: 3,
  },
  {
    name: "reductions with axes as an input (opset 18), and a maximum that is equal twice",
    opset: 18,
    batch: 2,
    x: [2, 3],
    parameters: { w: [2, 3], v: [2] },
    nodes: [
      node("Mul", ["x", "w"], "m"),
      ints("axis", -1),
      ...reductions.map((opType, i) => node(opType, ["m", "axis"], `r${i}`)),
      node("Concat", ["v", "v"], "twice", { axis: 0 }),
      node("ReduceMax", ["twice"], "largest", { keepdims: 0 }),
      node("Sum", ["largest", ...reductions.map((_, i) => `r${i}`)], "s"),
      node("Mul", ["s", "m"], "y"),
    ],
    classes: 3,
    positions: 2,
  },
  {
    name: "Softmax and LogSoftmax over all axes from one on (opset 11)",
    opset: 11,
    batch: 2,
    x: [3, 4],
    parameters: { w: [4, 4] },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      node("Softmax", ["m"], "a"),
      node("LogSoftmax", ["m"], "b", { axis: 2 }),
      node("Add", ["a", "b"], "y"),
    ],
    classes: 4,
    positions: 3,
  },
  {
    name: "LogSoftmax along the last and a middle axis",
    batch: 2,
    x: [3, 4],
    parameters: { w: [4, 4] },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      node("LogSoftmax", ["m"], "a"),
      node("LogSoftmax", ["m"], "b", { axis: 1 }),
      node("Mul", ["a", "b"], "y"),
    ],
    classes: 4,
    positions: 3,
  },
  {
    name: "ReduceSum with axes as an attribute (opset 11)",
    opset: 11,
    x: [3, 4],
    parameters: { w: [4, 4] },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      node("Unsqueeze", ["m"], "u", { axes: [1] }),
      node("Squeeze", ["u"], "q", { axes: [1] }),
      node("Split", ["q"], ["p", "r"], { axis: 2, split: [1, 3] }),
      node("ReduceSum", ["r"], "s", { axes: [1] }),
      node("Mul", ["p", "s"], "y"),
    ],
    classes: 3,
    positions: 3,
  },
];
