import { expect } from "chai";
import {
  commitTensor,
  createExecutor,
  presentEngines,
  type Engine,
  type Guard,
  type MapFunction,
  type Operand,
  type Operator,
  type Program,
  type Space,
} from "../../../engine/index.ts";
import { deployArbiter } from "../arbiter/arbiter.ts";
import { Court } from "../arbiter/court.ts";
import { once } from "../arbiter/harness.ts";
import type { Subject } from "../arbiter/program.ts";

const most = 0xffffffff;
const imm = 255;

function read(space: Space, index: number, strides: number[], offset = 0): Operand {
  return { ref: { space, index }, offset, strides };
}

function guard(offset: number, coefficients: number[], divisor: number, bound: number, stride: number): Guard {
  return { offset, coefficients, divisor, bound, stride };
}

const words = Uint32Array.of(0x7fc00000, 0x80000000, 0, 0x7f800000, 0xff800000, 1, 0x3f800000, 0xbf800000, 0x7f7fffff);
const ends = Uint32Array.of(0, most, 0xfffffffe, 0x7fffffff, 0x80000000, 1, 2, 31, 33);
const constants = [words, ends, Uint32Array.of(0x40400000)];

/** Operators at the very ends of what validation allows. */
const extremes: Readonly<Record<string, Operator>> = {
  "Gather of 2³² − 1 rows of no stride": {
    kind: "Gather",
    dtype: "f32",
    extents: [9],
    operands: [read("constant", 2, [0]), read("constant", 1, [1])],
    rows: most,
    rowStride: 0,
  },
  "Gather of one row of the greatest stride": {
    kind: "Gather",
    dtype: "i32",
    extents: [9],
    operands: [read("constant", 1, [0], 3), read("constant", 1, [1])],
    rows: 1,
    rowStride: most,
  },
  "View of guards with the greatest divisor and bound": {
    kind: "View",
    dtype: "i32",
    extents: [3, 3],
    operands: [read("constant", 1, [0, 0]), read("constant", 1, [3, 1]), read("constant", 1, [0, 0], 8)],
    guards: [
      [guard(-1, [1, 0], most, most, 0), guard(-(2 ** 31) + 7, [1, 2], 0x80000000, 1, most)],
      [guard(2 ** 31 - 7, [-2, -1], 0x7fffffff, most, 0), guard(0, [1, 1], 1, 0, most)],
      [guard(-2, [-1, 2], 2, 2, 0)],
    ],
    fill: most,
  },
  "View of axes of one entry with the greatest strides": {
    kind: "View",
    dtype: "f32",
    extents: [1, 9, 1, 1, 1, 1, 1, 1],
    operands: [read("constant", 0, [most, 1, most, most, most, most, most, most])],
    guards: [[guard(0, [-(2 ** 31), 1, -(2 ** 31), 1, 1, 1, 1, 2 ** 31 - 1], 2, most, 0)]],
    fill: 0x7f800001,
  },
  "Fold max of NaNs and zeros of both signs": {
    kind: "Fold",
    fn: "max",
    dtype: "f32",
    extents: [7],
    operands: [read("constant", 0, [1]), read("constant", 0, [1], 2)],
    k: 3,
    l: 0,
  },
  "blocked Fold of single words": {
    kind: "Fold",
    fn: "sum",
    dtype: "f32",
    extents: [9],
    operands: [read("constant", 0, [1])],
    k: 1,
    l: 9,
  },
  "blocked Fold whose last run is one word": {
    kind: "Fold",
    fn: "dot",
    dtype: "f32",
    extents: [1, 5],
    operands: [read("constant", 0, [most, 2]), read("constant", 0, [0, 2])],
    k: 2,
    l: 9,
  },
  "Dot of infinities and zeros": {
    kind: "Dot",
    dtype: "f32",
    extents: [9],
    operands: [read("constant", 0, [1]), read("constant", 0, [0], 3), read("constant", 0, [1])],
    k: 1,
  },
  "Scatter by the ends of i32": {
    kind: "Scatter",
    dtype: "f32",
    extents: [2, 34],
    operands: [read("constant", 0, [0, 0]), read("constant", 1, [0, 0]), read("constant", 0, [8, 0])],
    axis: 1,
    k: 9,
  },
  "Scatter along an axis of one entry": {
    kind: "Scatter",
    dtype: "f32",
    extents: [1, 3],
    operands: [read("constant", 0, [most, 1]), read("constant", 1, [most, 1])],
    axis: 0,
    k: 7,
  },
  "random bits of the last stream": {
    kind: "Sample",
    fn: "random",
    dtype: "i32",
    extents: [7],
    operands: [],
    stream: most,
  },
  "Schedule far past its table": {
    kind: "Schedule",
    dtype: "f32",
    extents: [9],
    operands: [read("constant", 0, [0])],
  },
  ...Object.fromEntries(
    (["ishl", "ishr", "iadd", "isub", "imul", "iand", "ior", "ixor"] as const).map((fn) => [
      `Map ${fn} of the ends of i32`,
      pairs(fn, "i32", 1),
    ]),
  ),
  ...Object.fromEntries(
    (["iless", "iequal"] as const).map((fn) => [`Map ${fn} of the ends of i32`, pairs(fn, "f32", 1)]),
  ),
  ...Object.fromEntries(
    (["add", "sub", "mul", "div", "max", "min", "less", "equal"] as const).map((fn) => [
      `Map ${fn} of the ends of f32`,
      pairs(fn, "f32", 0),
    ]),
  ),
  "Map select by NaN and zeros": {
    kind: "Map",
    dtype: "f32",
    extents: [9],
    operands: [read("constant", 0, [1])],
    instructions: [{ fn: "select", a: 0, b: imm, c: 0, imm: 0xffc00001 }],
  },
};

/** A function of every pair of words of a constant. */
function pairs(fn: MapFunction, dtype: "f32" | "i32", constant: number): Operator {
  return {
    kind: "Map",
    dtype,
    extents: [9, 9],
    operands: [read("constant", constant, [1, 0]), read("constant", constant, [0, 1])],
    instructions: [{ fn, a: 0, b: 1, c: 0, imm: 0 }],
  };
}

const keep: Operator = {
  kind: "View",
  dtype: "f32",
  extents: [1],
  operands: [read("state", 0, [1])],
  guards: [[]],
  fill: 0,
};
const program: Program = {
  states: [{ dtype: "f32", words: 1 }],
  fields: [],
  constants: constants.map((constant, i) => {
    const dtype = i === 1 ? "i32" : "f32";
    return { dtype, words: constant.length, root: commitTensor(constant, dtype).root };
  }),
  operators: [...Object.values(extremes), keep],
  batch: 2 ** 20,
};
const subject: Subject = {
  program,
  constants,
  dataset: { samples: 0, fields: [] },
  start: [Uint32Array.of(0xff800001)],
};
const context = { step: 2 ** 28, seed: most, order: "shuffled" } as const;

/** The submitter's program is valid, and looks for a corner in which the solver's machine and the arbiter part. */
describe("attack: a program at the ends of what is valid", () => {
  const arbiter = once(deployArbiter);
  const court = once(() => Court.open(subject, context));

  it("the engines agree on it", async () => {
    const outputs = async (engine: Engine) => {
      const executor = await createExecutor(engine, { program, constants, dataset: subject.dataset });
      executor.setState(subject.start);
      const all: string[] = [];
      executor.step(context, { onOutput: (_operator, output) => all.push(output.join()) });
      return all;
    };
    const reference = await outputs("reference");
    const names = [...Object.keys(extremes), "the state"];
    for (const engine of await presentEngines()) {
      const found = await outputs(engine);
      expect(
        names.filter((_, operator) => reference[operator] !== found[operator]),
        engine,
      ).to.deep.equal([]);
    }
    expect(reference).to.have.lengthOf(names.length);
  });

  for (const [operator, name] of Object.keys(extremes).entries()) {
    it(`${name}: the arbiter agrees with them, word by word`, async () => {
      const { judge } = await arbiter();
      const open = await court();
      const output = open.output(operator).words;
      for (const [element, expected] of output.entries()) {
        const answer = await judge(open.question(operator, element));
        const truth = { verdict: "ChallengerWrong", reason: "Element", claimed: expected, expected };
        expect(answer, `element ${element}`).to.deep.equal(truth);
      }
    });
  }
});
