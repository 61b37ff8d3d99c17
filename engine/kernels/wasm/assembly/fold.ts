import { foldColumns } from "./fold-columns";
import { foldWindows } from "./fold-windows";
import {
  fnOf,
  kOf,
  lOf,
  operandCount,
  operandOffset,
  operandStrides,
  outputWords,
  runStepOf,
  tensorOf,
  windowOf,
} from "./record";
import { scratch } from "./scratch";
import { addFunction, collapse, innerCoefficient, innerExtent, next, open, value } from "./walker";
import { canonicalise } from "./words";

const SUM: u32 = 1;
const MAX: u32 = 2;
const NEGATIVE_INFINITY: u32 = 0xff800000;

/** 16 words of ones, then 16 zero words: from word 16 − n on it selects the first n of 16 lanes. */
const MASK = memory.data<u32>([
  0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff,
  0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0,
]);

function maskOf(count: u32): usize {
  return MASK + ((<usize>(16 - count)) << 2);
}

/** ORDER: lanes j and j + h for h = 2, 1; the caller has joined h = 8 and 4. */
function joinSum(lanes: v128): f32 {
  const halves = f32x4.add(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3));
  return f32x4.extract_lane(halves, 0) + f32x4.extract_lane(halves, 1);
}

/**
 * Sum of a run. The lanes that a last part of fewer than 16 words lacks get +0, which changes nothing: no lane is ever −0.
 * ASSUMES: 60 bytes past the run may be read.
 */
export function sumRun(a: usize, count: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = a + ((<usize>(count & ~15)) << 2);
  for (; a < end; a += 64) {
    s0 = f32x4.add(s0, v128.load(a));
    s1 = f32x4.add(s1, v128.load(a, 16));
    s2 = f32x4.add(s2, v128.load(a, 32));
    s3 = f32x4.add(s3, v128.load(a, 48));
  }
  if (count & 15) {
    const mask = maskOf(count & 15);
    s0 = f32x4.add(s0, v128.and(v128.load(a), v128.load(mask)));
    s1 = f32x4.add(s1, v128.and(v128.load(a, 16), v128.load(mask, 16)));
    s2 = f32x4.add(s2, v128.and(v128.load(a, 32), v128.load(mask, 32)));
    s3 = f32x4.add(s3, v128.and(v128.load(a, 48), v128.load(mask, 48)));
  }
  return joinSum(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)));
}

/** Sum of rounded products of two runs; lanes as in `sumRun`. */
export function dotRun(a: usize, b: usize, count: u32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = a + ((<usize>(count & ~15)) << 2);
  for (; a < end; a += 64, b += 64) {
    s0 = f32x4.add(s0, f32x4.mul(v128.load(a), v128.load(b)));
    s1 = f32x4.add(s1, f32x4.mul(v128.load(a, 16), v128.load(b, 16)));
    s2 = f32x4.add(s2, f32x4.mul(v128.load(a, 32), v128.load(b, 32)));
    s3 = f32x4.add(s3, f32x4.mul(v128.load(a, 48), v128.load(b, 48)));
  }
  if (count & 15) {
    const mask = maskOf(count & 15);
    s0 = f32x4.add(s0, v128.and(f32x4.mul(v128.load(a), v128.load(b)), v128.load(mask)));
    s1 = f32x4.add(s1, v128.and(f32x4.mul(v128.load(a, 16), v128.load(b, 16)), v128.load(mask, 16)));
    s2 = f32x4.add(s2, v128.and(f32x4.mul(v128.load(a, 32), v128.load(b, 32)), v128.load(mask, 32)));
    s3 = f32x4.add(s3, v128.and(f32x4.mul(v128.load(a, 48), v128.load(b, 48)), v128.load(mask, 48)));
  }
  return joinSum(f32x4.add(f32x4.add(s0, s2), f32x4.add(s1, s3)));
}

/** Maximum of a run; lanes that the last part lacks get −∞. */
export function maxRun(a: usize, count: u32): f32 {
  const lowest = i32x4.splat(NEGATIVE_INFINITY);
  let s0 = lowest;
  let s1 = lowest;
  let s2 = lowest;
  let s3 = lowest;
  const end = a + ((<usize>(count & ~15)) << 2);
  for (; a < end; a += 64) {
    s0 = f32x4.pmax(s0, v128.load(a));
    s1 = f32x4.pmax(s1, v128.load(a, 16));
    s2 = f32x4.pmax(s2, v128.load(a, 32));
    s3 = f32x4.pmax(s3, v128.load(a, 48));
  }
  if (count & 15) {
    const mask = maskOf(count & 15);
    s0 = f32x4.pmax(s0, v128.bitselect(v128.load(a), lowest, v128.load(mask)));
    s1 = f32x4.pmax(s1, v128.bitselect(v128.load(a, 16), lowest, v128.load(mask, 16)));
    s2 = f32x4.pmax(s2, v128.bitselect(v128.load(a, 32), lowest, v128.load(mask, 32)));
    s3 = f32x4.pmax(s3, v128.bitselect(v128.load(a, 48), lowest, v128.load(mask, 48)));
  }
  const lanes = f32x4.pmax(f32x4.pmax(s0, s2), f32x4.pmax(s1, s3));
  const halves = f32x4.pmax(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 2, 3));
  return f32x4.extract_lane(f32x4.pmax(halves, v128.shuffle<i32>(halves, halves, 1, 1, 1, 1)), 0);
}

/** a < b ? b : a, without a branch that chance would decide. */
function greater(a: f32, b: f32): f32 {
  return f32x4.extract_lane(f32x4.pmax(f32x4.splat(a), f32x4.splat(b)), 0);
}

/** SPEC: Fold. Naive twin: engine/kernels/reference/fold.ts. */
export function fold(record: usize, operands: usize, out: usize, _context: usize): void {
  const fn = fnOf(record);
  const k = kOf(record);
  const l = lOf(record);
  if (windowOf(record) != 0) {
    foldWindows(record, operands, out, fn);
    return;
  }
  if (runStepOf(record, 0) > 1 || runStepOf(record, 1) > 1) {
    foldColumns(record, operands, out, fn);
    return;
  }
  const runs: u32 = fn == SUM || fn == MAX ? 1 : 2;
  const hasInit = operandCount(record) > runs;
  const walker = scratch();
  open(walker, record);
  for (let i: u32 = 0; i < operandCount(record); i++)
    addFunction(walker, operandOffset(record, i), operandStrides(record, i));
  // Only the last entry of a blocked axis may have a shorter run.
  const ragged = l % k != 0;
  collapse(walker, ragged);

  const count = innerExtent(walker);
  const bytesA = (<usize>innerCoefficient(walker, 0)) << 2;
  const bytesB = runs == 2 ? (<usize>innerCoefficient(walker, 1)) << 2 : 0;
  const bytesInit = hasInit ? (<usize>innerCoefficient(walker, runs)) << 2 : 0;
  const start = out;
  do {
    let a = tensorOf(operands, 0) + (value(walker, 0) << 2);
    let b = runs == 2 ? tensorOf(operands, 1) + (value(walker, 1) << 2) : 0;
    let init = hasInit ? tensorOf(operands, runs) + (value(walker, runs) << 2) : 0;
    for (let j: u32 = 0; j < count; j++, out += 4, a += bytesA, b += bytesB, init += bytesInit) {
      const run = ragged && j == count - 1 ? l - j * k : k;
      let result = fn == SUM ? sumRun(a, run) : fn == MAX ? maxRun(a, run) : dotRun(a, b, run);
      if (hasInit) result = fn == MAX ? greater(load<f32>(init), result) : load<f32>(init) + result;
      store<f32>(out, result);
    }
  } while (next(walker));
  canonicalise(start, outputWords(record));
}
