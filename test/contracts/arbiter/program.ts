import { createPrng, type Prng } from "../../../common/index.ts";
import {
  commitTensor,
  type Dataset,
  type Guard,
  type Instruction,
  type MapFunction,
  type Operand,
  type Operator,
  type Program,
  type Space,
} from "../../../engine/index.ts";

/** A program with every kind and variant of operator, and the words it runs on; tensors of one to three chunks. */

function read(space: Space, index: number, strides: number[], offset = 0): Operand {
  return { ref: { space, index }, offset, strides };
}

function instruction(fn: MapFunction, a: number, b = 0, c = 0, imm = 0): Instruction {
  return { fn, a, b, c, imm };
}

function guard(offset: number, coefficients: number[], divisor: number, bound: number, stride: number): Guard {
  return { offset, coefficients, divisor, bound, stride };
}

const imm = 255;
const [r0, r1, r2, r3] = [16, 17, 18, 19];

/** Indices of the operators; the last three produce the states. */
export const at = {
  field: 0,
  labels: 1,
  random: 2,
  schedule: 3,
  window: 4,
  expression: 5,
  dot: 6,
  blocked: 7,
  greatest: 8,
  gathered: 9,
  scattered: 10,
  indices: 11,
  plainDot: 12,
  sum: 13,
  weights: 14,
  counter: 15,
  last: 16,
} as const;

const sources: readonly Operator[] = [
  {
    kind: "Sample",
    fn: "dataset",
    dtype: "f32",
    extents: [8, 6],
    operands: [read("field", 0, [0, 0])],
    basePosition: 0,
  },
  {
    kind: "Sample",
    fn: "dataset",
    dtype: "i32",
    extents: [5, 1],
    operands: [read("field", 1, [0, 0])],
    basePosition: 3,
  },
  { kind: "Sample", fn: "random", dtype: "i32", extents: [3, 100], operands: [], stream: 9 },
  { kind: "Schedule", dtype: "f32", extents: [3], operands: [read("constant", 0, [0])] },
  {
    kind: "View",
    dtype: "f32",
    extents: [20, 30],
    operands: [read("state", 0, [0, 1]), read("constant", 2, [0, 3], 5)],
    guards: [[guard(-4, [1, 0], 2, 6, 100), guard(-3, [0, 1], 1, 20, 0)], [guard(9, [-1, 0], 1, 9, 60)]],
    fill: 0xff800001,
  },
  {
    kind: "Map",
    dtype: "f32",
    extents: [300],
    operands: [
      read("constant", 1, [1]),
      read("state", 2, [1]),
      read("constant", 2, [2]),
      read("operator", at.random, [1]),
      read("operator", at.schedule, [0], 1),
      read("state", 1, [0]),
    ],
    instructions: [
      instruction("itof", 0),
      instruction("mul", r0, 2),
      instruction("tanh", 1),
      instruction("iadd", 3, 5),
      instruction("itof", r3),
      instruction("less", 20, imm, 0, 0x4a000000),
      instruction("select", 21, r1, r2),
      instruction("add", 22, 4),
    ],
  },
];

const sums: readonly Operator[] = [
  {
    kind: "Dot",
    dtype: "f32",
    extents: [2, 3],
    operands: [read("constant", 2, [50, 0], 7), read("state", 0, [0, 100]), read("operator", at.schedule, [0, 1])],
    k: 500,
  },
  {
    kind: "Fold",
    fn: "dot",
    dtype: "f32",
    extents: [2, 5],
    operands: [read("state", 0, [350, 64], 13), read("constant", 2, [290, 64]), read("operator", at.schedule, [1, 0])],
    k: 64,
    l: 300,
  },
  { kind: "Fold", fn: "max", dtype: "f32", extents: [7], operands: [read("constant", 2, [80])], k: 100, l: 0 },
  {
    kind: "Gather",
    dtype: "f32",
    extents: [30, 10],
    operands: [read("constant", 2, [0, 1]), read("constant", 1, [10, 0])],
    rows: 20,
    rowStride: 31,
  },
  {
    kind: "Scatter",
    dtype: "f32",
    extents: [2, 25],
    operands: [read("constant", 2, [250, 0]), read("constant", 1, [0, 0]), read("state", 2, [25, 1])],
    axis: 1,
    k: 300,
  },
  {
    kind: "View",
    dtype: "i32",
    extents: [290],
    operands: [read("operator", at.random, [1], 10)],
    guards: [[]],
    fill: 0,
  },
  {
    kind: "Dot",
    dtype: "f32",
    extents: [300],
    operands: [read("operator", at.window, [2]), read("constant", 2, [1], 3)],
    k: 2,
  },
  { kind: "Fold", fn: "sum", dtype: "f32", extents: [3], operands: [read("operator", at.window, [200])], k: 200, l: 0 },
];

/** Later ones read earlier ones: tensors under the defender's state root. */
const nextState: readonly Operator[] = [
  {
    kind: "Map",
    dtype: "f32",
    extents: [700],
    operands: [read("state", 0, [1]), read("operator", at.dot, [0], 4)],
    instructions: [instruction("mul", 1, imm, 0, 0xb8000000), instruction("add", 0, r0)],
  },
  {
    kind: "Map",
    dtype: "i32",
    extents: [1],
    operands: [read("state", 1, [1])],
    instructions: [instruction("iadd", 0, imm, 0, 1)],
  },
  {
    kind: "Map",
    dtype: "f32",
    extents: [300],
    operands: [read("operator", at.weights, [2]), read("operator", at.counter, [0])],
    instructions: [instruction("itof", 1), instruction("sub", 0, r0)],
  },
];

function floats(random: Prng, count: number): Uint32Array {
  return new Uint32Array(Float32Array.from({ length: count }, () => random.unit() * 4 - 2).buffer);
}

function integers(random: Prng, count: number, lo: number, hi: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => lo + random.below(hi - lo + 1));
}

/** The program and everything that it runs on. */
export interface Subject {
  readonly program: Program;
  readonly constants: readonly Uint32Array[];
  readonly dataset: Dataset;
  readonly start: readonly Uint32Array[];
}

export function createSubject(seed: number): Subject {
  const random = createPrng(seed);
  const table = floats(random, 15);
  const index = integers(random, 300, -4, 26);
  const wide = floats(random, 600);
  wide.set([0x7f800001, 0xffc12345], 40);
  const constants = [table, index, wide];
  const dtypes = ["f32", "i32", "f32"] as const;
  const program: Program = {
    states: [
      { dtype: "f32", words: 700 },
      { dtype: "i32", words: 1 },
      { dtype: "f32", words: 300 },
    ],
    fields: [
      { dtype: "f32", length: 6 },
      { dtype: "i32", length: 1 },
    ],
    constants: constants.map((words, i) => {
      const dtype = dtypes[i]!;
      return { dtype, words: words.length, root: commitTensor(words, dtype).root };
    }),
    operators: [...sources, ...sums, ...nextState],
    batch: 8,
  };
  // Samples overlap by a word, and the last one ends a word past the field.
  const dataset: Dataset = {
    samples: 70,
    fields: [
      { dtype: "f32", words: floats(random, 350), stride: 5, length: 6 },
      { dtype: "i32", words: integers(random, 70, 0, 9), stride: 1, length: 1 },
    ],
  };
  const start = [floats(random, 700), Uint32Array.of(41), floats(random, 300)];
  return { program, constants, dataset, start };
}
