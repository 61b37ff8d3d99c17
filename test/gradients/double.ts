import { threefry2x32 } from "../../engine/index.ts";
import type { CompiledModel, Dataset, Fold, Guard, Instruction, Operand, Operator, View } from "../../engine/index.ts";

/**
 * A program's step in double precision: exact enough to compare gradients with central differences. Follows spec/program.md but for
 * rounding, and only for what the compiler emits.
 */

type Words = ArrayLike<number>;
type Read = (operand: Operand, at: readonly number[], run?: number) => number;

/** erf by a series whose terms are all of one sign. */
function erf(x: number): number {
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

const functions: Record<string, (a: number, b: number, c: number) => number> = {
  id: (a) => a,
  neg: (a) => -a,
  abs: Math.abs,
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  sqrt: Math.sqrt,
  max: (a, b) => Math.max(a, b),
  min: (a, b) => Math.min(a, b),
  floor: Math.floor,
  rint: (a) => (2 * Math.round(a / 2) === Math.round(a) ? Math.round(a) : Math.ceil(a - 0.5)),
  less: (a, b) => Number(a < b),
  equal: (a, b) => Number(a === b),
  iequal: (a, b) => Number(a === b),
  iless: (a, b) => Number(a < b),
  iadd: (a, b) => (a + b) | 0,
  isub: (a, b) => (a - b) | 0,
  imul: Math.imul,
  iand: (a, b) => a & b,
  ior: (a, b) => a | b,
  ixor: (a, b) => a ^ b,
  ishr: (a, b) => (a >>> b) | 0,
  itof: (a) => a,
  ftoi: Math.trunc,
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  erf,
  select: (a, b, c) => (a === 0 ? c : b),
};

function immediate({ fn, imm }: Instruction): number {
  return fn.startsWith("i") && fn !== "id" ? imm | 0 : (new Float32Array(Uint32Array.of(imm).buffer)[0] as number);
}

function evaluateMap(instructions: readonly Instruction[], operands: readonly number[]): number {
  const results: number[] = [];
  for (const instruction of instructions) {
    const value = (code: number) =>
      code === 255 ? immediate(instruction) : ((code >= 16 ? results[code - 16] : operands[code]) as number);
    const apply = functions[instruction.fn];
    if (apply === undefined) throw new Error(`no double for ${instruction.fn}`);
    results.push(apply(value(instruction.a), value(instruction.b), value(instruction.c)));
  }
  return results.at(-1) as number;
}

function sum(length: number, term: (k: number) => number, start = 0): number {
  let total = start;
  for (let k = 0; k < length; k++) total += term(k);
  return total;
}

function evaluateFold(fold: Fold, at: readonly number[], read: Read): number {
  const [a, b, c] = fold.operands as [Operand, Operand?, Operand?];
  const length = fold.l === 0 ? fold.k : Math.min(fold.k, fold.l - (at.at(-1) as number) * fold.k);
  const init = fold.fn === "dot" ? c : b;
  if (fold.fn === "max") return Math.max(...Array.from({ length }, (_, k) => read(a, at, k)));
  const term = (k: number) => read(a, at, k) * (fold.fn === "dot" ? read(b as Operand, at, k) : 1);
  return sum(length, term, init && read(init, at));
}

/** What a guard adds to its piece's address, or undefined where it does not hold. */
function addedBy({ offset, coefficients, divisor, bound, stride }: Guard, at: readonly number[]): number | undefined {
  const g = sum(at.length, (axis) => coefficients[axis]! * at[axis]!, offset);
  return g >= 0 && g % divisor === 0 && g / divisor < bound ? (g / divisor) * stride : undefined;
}

function evaluateView({ operands, guards, fill }: View, at: readonly number[], read: Read): number {
  for (const [piece, operand] of operands.entries()) {
    const added = guards[piece]!.map((guard) => addedBy(guard, at));
    if (!added.includes(undefined))
      return read(
        operand,
        at,
        sum(added.length, (i) => added[i]!),
      );
  }
  return new Float32Array(Uint32Array.of(fill).buffer)[0]!;
}

function evaluateElement(operator: Operator, at: readonly number[], read: Read): number {
  const [a, b, c] = operator.operands as [Operand, Operand, Operand?];
  switch (operator.kind) {
    case "View":
      return evaluateView(operator, at, read);
    case "Map":
      return evaluateMap(
        operator.instructions,
        operator.operands.map((operand) => read(operand, at)),
      );
    case "Dot":
      return sum(operator.k, (k) => read(a, at, k) * read(b, at, k), c && read(c, at));
    case "Fold":
      return evaluateFold(operator, at, read);
    case "Gather": {
      const row = read(b, at);
      return row >= 0 && row < operator.rows ? read(a, at, row * operator.rowStride) : 0;
    }
    case "Scatter": {
      const taken = (p: number) => (read(b, at, p) === at[operator.axis] ? read(a, at, p) : 0);
      return sum(operator.k, taken, c && read(c, at));
    }
    default:
      throw new Error(`no double for ${operator.kind}`);
  }
}

/** Words as numbers. */
export function numbersOf(words: Uint32Array, dtype: "f32" | "i32"): Float64Array {
  return Float64Array.from(
    dtype === "f32" ? new Float32Array(words.slice().buffer) : new Int32Array(words.slice().buffer),
  );
}

/** The next state of a model after step 0 on the first samples of a dataset. */
export function stepInDouble(model: CompiledModel, dataset: Dataset, state: readonly Words[]): Float64Array[] {
  const { program } = model;
  const constants = model.constants.map((words, i) => numbersOf(words, program.constants[i]!.dtype));
  const outputs: Words[] = [];
  const tensors = { state, constant: constants, operator: outputs, field: [] as Words[] };
  const read: Read = ({ ref, offset, strides }, at, run = 0) =>
    tensors[ref.space][ref.index]![sum(at.length, (axis) => strides[axis]! * at[axis]!, offset + run)]!;
  for (const operator of program.operators) {
    if (operator.kind === "Sample" && operator.fn === "random") {
      const { extents, stream } = operator;
      const length = extents.reduce((total, extent) => total * extent, 1);
      outputs.push(Float64Array.from({ length }, (_, i) => threefry2x32(0, stream, i >> 1, 0)[i & 1]! | 0));
      continue;
    }
    if (operator.kind === "Sample") {
      const field = dataset.fields[operator.operands[0]!.ref.index]!;
      const words = numbersOf(field.words.subarray(0, field.words.length), field.dtype);
      const [positions, length] = operator.extents as [number, number];
      outputs.push(
        Float64Array.from({ length: positions * length }, (_, i) => {
          return words[(Math.floor(i / length) % dataset.samples) * field.stride + (i % length)]!;
        }),
      );
      continue;
    }
    const size = operator.extents.reduce((total, extent) => total * extent, 1);
    const output = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      let rest = i;
      const at = operator.extents.toReversed().map((extent) => {
        const coordinate = rest % extent;
        rest = (rest - coordinate) / extent;
        return coordinate;
      });
      output[i] = evaluateElement(operator, at.toReversed(), read);
    }
    outputs.push(output);
  }
  return outputs.slice(-program.states.length).map((words) => Float64Array.from(words));
}
