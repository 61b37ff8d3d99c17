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
import { row0, row1, row2, row3 } from "./transpose";
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
function sumRun(a: usize, count: u32): f32 {
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
function dotRun(a: usize, b: usize, count: u32): f32 {
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
function maxRun(a: usize, count: u32): f32 {
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

/** Joins partial results of four runs of four words each, which are the columns of a square. ORDER: as of a single run. */
function sumSquare(w: v128, x: v128, y: v128, z: v128): v128 {
  const start = f32x4.splat(0);
  const even = f32x4.add(f32x4.add(start, w), f32x4.add(start, y));
  return f32x4.add(even, f32x4.add(f32x4.add(start, x), f32x4.add(start, z)));
}
function maxSquare(w: v128, x: v128, y: v128, z: v128): v128 {
  const start = i32x4.splat(NEGATIVE_INFINITY);
  const even = f32x4.pmax(f32x4.pmax(start, w), f32x4.pmax(start, y));
  return f32x4.pmax(even, f32x4.pmax(f32x4.pmax(start, x), f32x4.pmax(start, z)));
}

/** Folds runs of four words that lie one after the other, as those of a pool do, four at a time; how many of them. */
function foldFours(fn: u32, to: usize, at: usize, rows: u32): u32 {
  let row: u32 = 0;
  for (; row + 4 <= rows; row += 4, to += 16, at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const w = row0(a, b, c, d);
    const x = row1(a, b, c, d);
    const y = row2(a, b, c, d);
    const z = row3(a, b, c, d);
    v128.store(to, fn == SUM ? sumSquare(w, x, y, z) : maxSquare(w, x, y, z));
  }
  return row;
}

/** Folds rows of so many columns, a word a row. */
export function foldRows(fn: u32, to: usize, a: usize, b: usize, rows: u32, columns: u32): void {
  const bytes = (<usize>columns) << 2;
  const isFours = columns == 4 && (fn == SUM || fn == MAX);
  for (let row = isFours ? foldFours(fn, to, a, rows) : 0; row < rows; row++) {
    const first = a + row * bytes;
    const result =
      fn == SUM ? sumRun(first, columns) : fn == MAX ? maxRun(first, columns) : dotRun(first, b + row * bytes, columns);
    store<f32>(to + (row << 2), result);
  }
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
