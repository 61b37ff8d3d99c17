import type { Prng } from "../../../common/index.ts";
import { immediate, mapSignatures } from "../../program/codes.ts";
import type {
  Dtype,
  Guard,
  Instruction,
  MapFunction,
  Operand,
  Operator,
  OperatorKind,
  Ref,
} from "../../program/types.ts";
import { commitTensor } from "../../commit/tensor.ts";
import type { ExecutorInput } from "../../execution.ts";
import { nastyWords } from "./nasty-words.ts";

/** A tensor for a case to read. */
export interface CaseTensor {
  readonly dtype: Dtype;
  readonly words: Uint32Array;
}

/** A random valid operator; its operands name `tensors` in order as constants 0, 1, … (Sample: field 0). */
export interface OperatorCase {
  readonly operator: Operator;
  readonly tensors: readonly CaseTensor[];
  /** Words from one sample to the next (Sample of a dataset). */
  readonly fieldStride: number;
}

/** Positions of a step in which the cases are valid. */
export const caseBatch = 12;

const MAX_OUTPUT_WORDS = 3000;

function product(extents: readonly number[]): number {
  return extents.reduce((total, extent) => total * extent, 1);
}

function randomExtents(random: Prng, maxRank: number): number[] {
  const extents: number[] = [];
  const rank = 1 + random.below(maxRank);
  for (let axis = 0; axis < rank; axis++) {
    const extent = random.pick([1, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 33, 40, 67]);
    extents.push(product(extents) * extent > MAX_OUTPUT_WORDS ? 1 : extent);
  }
  return extents;
}

/** Strides of a dense layout with the axes in random order, some of them broadcast or disturbed. `unit`: words of an entry. */
function randomStrides(random: Prng, extents: readonly number[], unit: number): number[] {
  const axes = extents.map((_, axis) => axis);
  if (random.below(2) === 0) axes.sort(() => random.below(3) - 1);
  const broadcast = random.below(3) === 0;
  const disturbed = random.below(4) === 0;
  const strides = extents.map(() => 0);
  let next = unit;
  for (const axis of axes.toReversed()) {
    if (broadcast && random.below(2) === 0) continue;
    strides[axis] = disturbed && random.below(2) === 0 ? random.below(5) : next;
    next = Math.max(next, strides[axis]! * extents[axis]!);
  }
  return strides;
}

function reach(operand: Operand, extents: readonly number[]): number {
  return operand.strides.reduce((sum, stride, axis) => sum + stride * (extents[axis]! - 1), operand.offset);
}

/** Collects operands with tensors that just hold what they read. */
class CaseBuilder {
  readonly operands: Operand[] = [];
  readonly tensors: CaseTensor[] = [];
  readonly random: Prng;
  readonly extents: readonly number[];

  constructor(random: Prng, extents: readonly number[]) {
    this.random = random;
    this.extents = extents;
  }

  /** @param run words read from each address @param more words that the operator may add to an address */
  add(dtype: Dtype, run: number, more = 0, strides?: number[], words?: (count: number) => Uint32Array): Operand {
    const ref: Ref = { space: "constant", index: this.operands.length };
    const unit = this.random.below(3) === 0 ? 1 + this.random.below(run) : run;
    const offset = this.random.below(2) * this.random.below(20);
    const operand = { ref, offset, strides: strides ?? randomStrides(this.random, this.extents, unit) };
    const length = reach(operand, this.extents) + run + more;
    this.operands.push(operand);
    this.tensors.push({ dtype, words: words?.(length) ?? nastyWords(this.random, dtype, length) });
    return operand;
  }

  case(operator: Operator): OperatorCase {
    return { operator, tensors: this.tensors, fieldStride: 0 };
  }
}

function randomDtype(random: Prng): Dtype {
  return random.pick(["f32", "f32", "i32"] as const);
}

function indexWords(random: Prng, rows: number): (count: number) => Uint32Array {
  const index = () => (random.below(8) === 0 ? random.u32() : random.below(rows + 2) - 1);
  return (count) => Uint32Array.from({ length: count }, index);
}

function sampleCase(random: Prng): OperatorCase {
  if (random.below(2) === 0) {
    const extents = randomExtents(random, 8);
    const operator = {
      kind: "Sample",
      fn: "random",
      dtype: "i32",
      extents,
      operands: [],
      stream: random.u32(),
    } as const;
    return { operator, tensors: [], fieldStride: 0 };
  }
  const dtype = randomDtype(random);
  const extents = [1 + random.below(6), 1 + random.below(70)];
  const operands: Operand[] = [{ ref: { space: "field", index: 0 }, offset: 0, strides: [0, 0] }];
  const basePosition = random.below(caseBatch - extents[0]! + 1);
  const words = nastyWords(random, dtype, 1 + random.below(2000));
  const fieldStride = random.pick([0, 1, extents[1]!, 100, 0x80000001, 0xffffffff]);
  const operator = { kind: "Sample", fn: "dataset", dtype, extents, operands, basePosition } as const;
  return { operator, tensors: [{ dtype, words }], fieldStride };
}

function scheduleCase(random: Prng): OperatorCase {
  const dtype = randomDtype(random);
  const width = 1 + random.below(40);
  const operands: Operand[] = [{ ref: { space: "constant", index: 0 }, offset: 0, strides: [0] }];
  const words = nastyWords(random, dtype, width * (1 + random.below(12)));
  const operator = { kind: "Schedule", dtype, extents: [width], operands } as const;
  return { operator, tensors: [{ dtype, words }], fieldStride: 0 };
}

/** Values that step through all coordinates stay below 2³¹. */
function randomGuard(random: Prng, extents: readonly number[]): Guard {
  const sparse = random.below(2) === 0;
  const coefficient = () => (sparse && random.below(2) === 0 ? 0 : random.below(9) - 4);
  const far = random.below(20) === 0;
  const wide = random.below(20) === 0;
  return {
    offset: far ? random.pick([-2_000_000_000, 2_000_000_000]) : random.below(13) - 6,
    coefficients: extents.map(coefficient),
    divisor: wide ? 0xffffffff : random.pick([1, 1, 1, 2, 3, 5]),
    bound: wide ? 0xffffffff : random.below(24),
    stride: wide ? 0 : random.below(7),
  };
}

function viewCase(random: Prng): OperatorCase {
  const dtype = randomDtype(random);
  const builder = new CaseBuilder(random, randomExtents(random, 8));
  const { extents, operands } = builder;
  const guards: Guard[][] = [];
  const pieces = 1 + random.below(4);
  for (let piece = 0; piece < pieces; piece++) {
    guards.push(Array.from({ length: random.below(4) }, () => randomGuard(random, extents)));
    const added = guards[piece]!.reduce((sum, { bound, stride }) => sum + Math.max(0, bound - 1) * stride, 0);
    builder.add(dtype, 1, added);
  }
  const fill = nastyWords(random, dtype, 1)[0]!;
  return builder.case({ kind: "View", dtype, extents, operands, guards, fill });
}

export function randomInstruction(random: Prng, values: readonly { code: number; dtype: Dtype }[]): Instruction {
  const fn = random.pick(Object.keys(mapSignatures) as MapFunction[]);
  const { arity, takes } = mapSignatures[fn];
  const known = values.filter(({ dtype }) => dtype === takes).map(({ code }) => code);
  const argument = () => (known.length === 0 || random.below(5) === 0 ? immediate : random.pick(known));
  const [a = 0, b = 0, c = 0] = Array.from({ length: arity }, argument);
  const usesImmediate = [a, b, c].includes(immediate);
  return { fn, a, b, c, imm: usesImmediate ? nastyWords(random, takes, 1)[0]! : 0 };
}

function mapCase(random: Prng): OperatorCase {
  const builder = new CaseBuilder(random, randomExtents(random, 8));
  const values: { code: number; dtype: Dtype }[] = [];
  const count = 1 + random.below(6);
  for (let operand = 0; operand < count; operand++) {
    const dtype = randomDtype(random);
    builder.add(dtype, 1);
    values.push({ code: operand, dtype });
  }
  const instructions: Instruction[] = [];
  const length = 1 + random.below(24);
  for (let index = 0; index < length; index++) {
    const instruction = randomInstruction(random, values);
    instructions.push(instruction);
    values.push({ code: 16 + index, dtype: mapSignatures[instruction.fn].gives });
  }
  const { extents, operands } = builder;
  return builder.case({ kind: "Map", dtype: values.at(-1)!.dtype, extents, operands, instructions });
}

/** Matrix products of every shape: along each axis a or b or both move. */
function dotCase(random: Prng): OperatorCase {
  const builder = new CaseBuilder(random, randomExtents(random, 4));
  const { extents, operands } = builder;
  const k = random.pick([1, 2, 3, 4, 7, 16, 31, 64, 255, 256, 257, 300, 512, 520, 700]);
  const moves = extents.map(() => random.pick(["a", "b", "a", "b", "both"]));
  const stridesOf = (side: string) =>
    randomStrides(random, extents, random.pick([1, k])).map((stride, axis) =>
      moves[axis] === side || moves[axis] === "both" ? stride : 0,
    );
  builder.add("f32", k, 0, stridesOf("a"));
  builder.add("f32", k, 0, stridesOf("b"));
  if (random.below(2) === 0) builder.add("f32", 1);
  return builder.case({ kind: "Dot", dtype: "f32", extents, operands, k });
}

function foldCase(random: Prng): OperatorCase {
  const fn = random.pick(["sum", "max", "dot"] as const);
  const k = random.pick([1, 2, 7, 15, 16, 17, 31, 32, 50, 100, 256, 1024]);
  const blocked = random.below(2) === 0;
  const outer = randomExtents(random, blocked ? 7 : 8).map((extent) => (k > 100 ? Math.min(extent, 4) : extent));
  const l = blocked ? k * random.below(5) + 1 + random.below(k) : 0;
  const builder = new CaseBuilder(random, blocked ? [...outer, Math.ceil(l / k)] : outer);
  const { extents, operands } = builder;
  for (let run = 0; run < (fn === "dot" ? 2 : 1); run++) {
    const strides = blocked ? [...randomStrides(random, outer, random.pick([1, l])), k] : undefined;
    // A whole block past the last run's start may be more than the run has.
    builder.add("f32", blocked ? l - (extents.at(-1)! - 1) * k : k, 0, strides);
  }
  if (random.below(2) === 0) builder.add("f32", 1);
  return builder.case({ kind: "Fold", fn, dtype: "f32", extents, operands, k, l });
}

function gatherCase(random: Prng): OperatorCase {
  const dtype = randomDtype(random);
  const builder = new CaseBuilder(random, randomExtents(random, 8));
  const { extents, operands } = builder;
  const rows = 1 + random.below(20);
  const rowStride = random.below(60);
  builder.add(dtype, 1, (rows - 1) * rowStride);
  builder.add("i32", 1, 0, undefined, indexWords(random, rows));
  return builder.case({ kind: "Gather", dtype, extents, operands, rows, rowStride });
}

function scatterCase(random: Prng): OperatorCase {
  const builder = new CaseBuilder(random, randomExtents(random, 8));
  const { extents, operands } = builder;
  const axis = random.below(extents.length);
  const k = random.pick([1, 2, 5, 16, 40, 90]);
  const shared = random.below(3) > 0;
  const stridesOf = () => randomStrides(random, extents, k).map((stride, d) => (shared && d === axis ? 0 : stride));
  builder.add("f32", k, 0, stridesOf());
  builder.add("i32", k, 0, stridesOf(), indexWords(random, extents[axis]!));
  if (random.below(2) === 0) builder.add("f32", 1);
  return builder.case({ kind: "Scatter", dtype: "f32", extents, operands, axis, k });
}

/** Makes a random case of each kind. */
export const randomCases: Readonly<Record<OperatorKind, (random: Prng) => OperatorCase>> = {
  Sample: sampleCase,
  Schedule: scheduleCase,
  View: viewCase,
  Map: mapCase,
  Dot: dotCase,
  Fold: foldCase,
  Gather: gatherCase,
  Scatter: scatterCase,
};

/** Produces the one state word that every program has. */
const producer: Operator = {
  kind: "Map",
  dtype: "f32",
  extents: [1],
  operands: [{ ref: { space: "state", index: 0 }, offset: 0, strides: [0] }],
  instructions: [{ fn: "id", a: 0, b: 0, c: 0, imm: 0 }],
};

/** One valid program whose operators are the cases, each over constants or fields of its own. */
export function programOfCases(cases: readonly OperatorCase[]): ExecutorInput {
  const sourcesOf = (space: Operand["ref"]["space"]) =>
    cases.flatMap(({ operator, tensors, fieldStride }) =>
      tensors
        .filter((_, index) => operator.operands[index]!.ref.space === space)
        .map((tensor) => ({ ...tensor, stride: fieldStride, length: operator.extents.at(-1)! })),
    );
  const used = { field: 0, constant: 0 };
  const operators = cases.map(({ operator }): Operator => {
    const operands = operator.operands.map(({ ref, offset, strides }) => {
      const space = ref.space as "field" | "constant";
      return { ref: { space, index: used[space]++ }, offset, strides };
    });
    return { ...operator, operands };
  });
  const fields = sourcesOf("field");
  const constants = sourcesOf("constant");
  return {
    program: {
      states: [{ dtype: "f32", words: 1 }],
      fields: fields.map(({ dtype, length }) => ({ dtype, length })),
      constants: constants.map(({ dtype, words }) => ({
        dtype,
        words: words.length,
        root: commitTensor(words, dtype).root,
      })),
      operators: [...operators, producer],
      batch: caseBatch,
    },
    constants: constants.map(({ words }) => words),
    dataset: { samples: 7, fields },
  };
}
