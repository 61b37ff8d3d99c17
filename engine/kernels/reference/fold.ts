import type { Fold } from "../../program/types.ts";
import { addressOf, coordinatesOf, forEachRow, readWord, rowStrides } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalNaN, floatOf, floatsOf, wordOf } from "./words.ts";

const lanes = 16;
/** ROUNDS: a store into a Float32Array rounds once, so that lane sums need no Math.fround. */
const lane = new Float32Array(lanes);

function greater(a: number, b: number): number {
  return a < b ? b : a;
}

/** Folds `words` elements from the addresses given. ORDER: element i goes to lane i mod 16, then lanes combine as a tree. */
function fold(fn: Fold["fn"], a: Float32Array, b: Float32Array, atA: number, atB: number, words: number): number {
  lane.fill(fn === "max" ? -Infinity : 0);
  for (let i = 0; i < words; i++) {
    const x = a[atA + i]!;
    const j = i & (lanes - 1);
    if (fn === "max") lane[j] = greater(lane[j]!, x);
    else lane[j]! += fn === "sum" ? x : Math.fround(x * b[atB + i]!);
  }
  for (let h = lanes / 2; h >= 1; h /= 2) {
    for (let j = 0; j < h; j++) lane[j] = combine(fn, lane[j]!, lane[j + h]!);
  }
  return lane[0]!;
}

function combine(fn: Fold["fn"], a: number, b: number): number {
  return fn === "max" ? greater(a, b) : Math.fround(a + b);
}

/** Elements of the run at entry `entry` of the last axis: K, or what is left of L in the blocked form. */
function runLength({ k, l }: Fold, entry: number): number {
  return l === 0 ? k : Math.min(k, l - entry * k);
}

/** Runs that the function takes: one, or two for products. */
function runsOf(operator: Fold): number {
  return operator.fn === "dot" ? 2 : 1;
}

export function foldElement(operator: Fold, flat: number, read: Read): number {
  const { fn, operands, extents } = operator;
  const coordinates = coordinatesOf(extents, flat);
  const words = runLength(operator, coordinates.at(-1)!);
  const run = (operand: number) => floatsOf(read(operand, addressOf(operands[operand]!, coordinates), words));
  const a = run(0);
  const b = fn === "dot" ? run(1) : a;
  const result = fold(fn, a, b, 0, 0, words);
  const init = runsOf(operator);
  if (operands.length === init) return wordOf(result);
  return wordOf(combine(fn, floatOf(readWord(read, operands, init, coordinates)), result));
}

export function runFold(operator: Fold, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { fn, operands, extents } = operator;
  const floats = sources.map(floatsOf);
  const strides = rowStrides(operands);
  const init = runsOf(operator);
  const [a, b] = [floats[0]!, floats[init - 1]!];
  const results = floatsOf(out);
  const row = extents.at(-1)!;
  forEachRow(extents, operands, (flat, values) => {
    for (let o = 0; o < row; o++) {
      const [atA, atB] = [values[0]! + o * strides[0]!, values[init - 1]! + o * strides[init - 1]!];
      let result = fold(fn, a, b, atA, atB, runLength(operator, o));
      if (init < operands.length) result = combine(fn, floats[init]![values[init]! + o * strides[init]!]!, result);
      if (result !== result) out[flat + o] = canonicalNaN;
      else results[flat + o] = result;
    }
  });
}
