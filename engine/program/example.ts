import type { Instruction, MapFunction, Operand, Operator, Program, Space } from "./types.ts";

/** Programs small enough to read, for tests, vectors and the example of spec/program.md. */

function read(space: Space, index: number, strides: number[], offset = 0): Operand {
  return { ref: { space, index }, offset, strides };
}

function instruction(fn: MapFunction, a: number, b = 0, c = 0, imm = 0): Instruction {
  return { fn, a, b, c, imm };
}

/** Results of instructions 0, 1, … as arguments. */
const [r0, r1, r2, r3, r4, r5, r6] = [16, 17, 18, 19, 20, 21, 22];
const imm = 255;

/** One state of three words that every step halves: the example of spec/program.md. */
export function halvingProgram(): Program {
  return {
    states: [{ dtype: "f32", words: 3 }],
    fields: [],
    constants: [],
    operators: [
      {
        kind: "Map",
        dtype: "f32",
        extents: [3],
        operands: [read("state", 0, [1])],
        instructions: [instruction("mul", 0, imm, 0, 0x3f000000)],
      },
    ],
    batch: 1,
  };
}

/** Indices of the operators of `classifierProgram`. */
export const classifierOperators = {
  x: 0,
  y: 1,
  bits: 2,
  rate: 3,
  logits: 4,
  greatest: 5,
  exponentials: 6,
  sum: 7,
  gradient: 8,
  gradientByClass: 9,
  xByFeature: 10,
  weightGradient: 11,
  padded: 12,
  chosen: 13,
  counted: 14,
  squares: 15,
  weights: 16,
  steps: 17,
} as const;

const at = classifierOperators;

/** Batch 4, 6 features, 3 classes. */
const forward: readonly Operator[] = [
  {
    kind: "Sample",
    fn: "dataset",
    dtype: "f32",
    extents: [4, 6],
    operands: [read("field", 0, [0, 0])],
    basePosition: 0,
  },
  {
    kind: "Sample",
    fn: "dataset",
    dtype: "i32",
    extents: [4, 1],
    operands: [read("field", 1, [0, 0])],
    basePosition: 0,
  },
  { kind: "Sample", fn: "random", dtype: "i32", extents: [4, 3], operands: [], stream: 7 },
  { kind: "Schedule", dtype: "f32", extents: [1], operands: [read("constant", 0, [0])] },
  {
    kind: "Dot",
    dtype: "f32",
    extents: [4, 3],
    operands: [read("operator", at.x, [6, 0]), read("state", 0, [0, 6])],
    k: 6,
  },
  { kind: "Fold", fn: "max", dtype: "f32", extents: [4], operands: [read("operator", at.logits, [3])], k: 3, l: 0 },
  {
    kind: "Map",
    dtype: "f32",
    extents: [4, 3],
    operands: [read("operator", at.logits, [3, 1]), read("operator", at.greatest, [1, 0])],
    instructions: [instruction("sub", 0, 1), instruction("exp", r0)],
  },
  {
    kind: "Fold",
    fn: "sum",
    dtype: "f32",
    extents: [4],
    operands: [read("operator", at.exponentials, [3])],
    k: 3,
    l: 0,
  },
];

/** Softmax minus the label's one, dropped where the random bits are below a tenth. */
const backward: readonly Operator[] = [
  {
    kind: "Map",
    dtype: "f32",
    extents: [4, 3],
    operands: [
      read("operator", at.exponentials, [3, 1]),
      read("operator", at.sum, [1, 0]),
      read("operator", at.y, [1, 0]),
      read("constant", 1, [0, 1]),
      read("operator", at.bits, [3, 1]),
    ],
    instructions: [
      instruction("div", 0, 1),
      instruction("iequal", 2, 3),
      instruction("sub", r0, r1),
      instruction("ishr", 4, imm, 0, 8),
      instruction("itof", r3),
      instruction("less", r4, imm, 0, 0x49cccccd),
      instruction("select", r5, imm, r2, 0),
      instruction("mul", r6, imm, 0, 0x3e800000),
    ],
  },
  {
    kind: "View",
    dtype: "f32",
    extents: [3, 4],
    operands: [read("operator", at.gradient, [1, 3])],
    guards: [[]],
    fill: 0,
  },
  { kind: "View", dtype: "f32", extents: [6, 4], operands: [read("operator", at.x, [1, 6])], guards: [[]], fill: 0 },
  {
    kind: "Dot",
    dtype: "f32",
    extents: [3, 6],
    operands: [read("operator", at.gradientByClass, [4, 0]), read("operator", at.xByFeature, [0, 4])],
    k: 4,
  },
];

/** The operators that the classifier itself does not need: joined and padded pieces, rows, counts, a blocked fold. */
const others: readonly Operator[] = [
  {
    kind: "View",
    dtype: "f32",
    extents: [10],
    operands: [read("operator", at.sum, [0]), read("operator", at.greatest, [0])],
    guards: [
      [{ offset: 0, coefficients: [1], divisor: 1, bound: 4, stride: 1 }],
      [{ offset: -4, coefficients: [1], divisor: 2, bound: 2, stride: 3 }],
    ],
    fill: 0xff800001,
  },
  {
    kind: "Gather",
    dtype: "f32",
    extents: [4, 6],
    operands: [read("state", 0, [0, 1]), read("operator", at.y, [1, 0])],
    rows: 3,
    rowStride: 6,
  },
  {
    kind: "Scatter",
    dtype: "f32",
    extents: [3, 6],
    operands: [
      read("operator", at.xByFeature, [0, 4]),
      read("operator", at.y, [0, 0]),
      read("operator", at.weightGradient, [6, 1]),
    ],
    axis: 0,
    k: 4,
  },
  {
    kind: "Fold",
    fn: "dot",
    dtype: "f32",
    extents: [3],
    operands: [read("operator", at.x, [10]), read("operator", at.x, [10])],
    k: 10,
    l: 24,
  },
];

/** w − rate · gradient, and the number of steps. */
const update: readonly Operator[] = [
  {
    kind: "Map",
    dtype: "f32",
    extents: [3, 6],
    operands: [
      read("state", 0, [6, 1]),
      read("operator", at.rate, [0, 0]),
      read("operator", at.weightGradient, [6, 1]),
    ],
    instructions: [instruction("mul", 1, 2), instruction("sub", 0, r0)],
  },
  {
    kind: "Map",
    dtype: "i32",
    extents: [1],
    operands: [read("state", 1, [0])],
    instructions: [instruction("iadd", 0, imm, 0, 1)],
  },
];

/**
 * A softmax classifier that uses every operator. States: weights f32 [3, 6], steps i32 [1]. Fields: x f32 [6], y i32 [1].
 * Constants: a learning rate for each step f32, the classes 0, 1, 2 i32. @param rates root and number of the rates
 */
export function classifierProgram(rates: { words: number; root: Uint8Array }, classesRoot: Uint8Array): Program {
  return {
    states: [
      { dtype: "f32", words: 18 },
      { dtype: "i32", words: 1 },
    ],
    fields: [
      { dtype: "f32", length: 6 },
      { dtype: "i32", length: 1 },
    ],
    constants: [
      { dtype: "f32", ...rates },
      { dtype: "i32", words: 3, root: classesRoot },
    ],
    operators: [...forward, ...backward, ...others, ...update],
    batch: 4,
  };
}
