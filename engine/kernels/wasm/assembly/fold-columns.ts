import { kOf, operandCount, operandOffset, operandStrides, runStepOf, tensorOf } from "./record";
import { scratch } from "./scratch";
import { WALKER_BYTES, addFunction, addOutput, coefficient, collapse, exchange, innerCoefficient } from "./walker";
import { innerExtent, next, open, value, walkerRank } from "./walker";
import { canonicalWord } from "./words";

/**
 * Folds whose runs lie side by side, their words apart: sixteen runs at a time, a lane each. ORDER: as of a single run, partial by
 * partial. Naive twin: engine/kernels/reference/fold.ts, over runs that are consecutive.
 */
const SUM: u32 = 1;
export const MAX: u32 = 2;
export const PARTIALS: u32 = 16;
export const RUNS: u32 = 16;
export const ROW: usize = 64;

// Layout of the scratch: the walker, then the partials as [partial][run].
export function partial(p: u32): usize {
  return scratch() + ((WALKER_BYTES + 63) & ~63) + p * ROW;
}

export function join(fn: u32, a: v128, b: v128): v128 {
  return fn == MAX ? f32x4.pmax(a, b) : f32x4.add(a, b);
}

/** Every sixteenth word of sixteen runs from word p on, `aWord` and `bWord` bytes apart. */
function foldPartial(fn: u32, p: u32, k: u32, a: usize, aWord: usize, b: usize, bWord: usize): void {
  let s0 = fn == MAX ? i32x4.splat(0xff800000) : i32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  a += p * aWord;
  b += p * bWord;
  for (let i = p; i < k; i += PARTIALS, a += aWord * PARTIALS, b += bWord * PARTIALS) {
    let x0 = v128.load(a);
    let x1 = v128.load(a, 16);
    let x2 = v128.load(a, 32);
    let x3 = v128.load(a, 48);
    if (b != 0) {
      x0 = f32x4.mul(x0, v128.load(b));
      x1 = f32x4.mul(x1, v128.load(b, 16));
      x2 = f32x4.mul(x2, v128.load(b, 32));
      x3 = f32x4.mul(x3, v128.load(b, 48));
    }
    s0 = join(fn, s0, x0);
    s1 = join(fn, s1, x1);
    s2 = join(fn, s2, x2);
    s3 = join(fn, s3, x3);
  }
  v128.store(partial(p), s0);
  v128.store(partial(p), s1, 16);
  v128.store(partial(p), s2, 32);
  v128.store(partial(p), s3, 48);
}

export function joinPartials(fn: u32): void {
  for (let h = PARTIALS >> 1; h > 0; h >>= 1) {
    for (let p: u32 = 0; p < h; p++) {
      for (let at: usize = 0; at < ROW; at += 16)
        v128.store(partial(p) + at, join(fn, v128.load(partial(p) + at), v128.load(partial(p + h) + at)));
    }
  }
}

/** Whether every run moves by one word along an axis: runs lie side by side there. */
function isSideBySide(walker: usize, runs: u32, axis: u32): bool {
  return coefficient(walker, 0, axis) == 1 && coefficient(walker, runs - 1, axis) == 1;
}

/**
 * Without an axis of runs side by side, as in a thread's part of one entry of it, one run is folded at a time.
 * ASSUMES: runs of k words each; 60 bytes past an operand may be read.
 */
export function foldColumns(record: usize, operands: usize, out: usize, fn: u32): void {
  const runs: u32 = fn == SUM || fn == MAX ? 1 : 2;
  const hasInit = operandCount(record) > runs;
  const walker = scratch();
  open(walker, record);
  for (let i: u32 = 0; i < operandCount(record); i++)
    addFunction(walker, operandOffset(record, i), operandStrides(record, i));
  addOutput(walker);
  collapse(walker, false);
  const last = walkerRank(walker) - 1;
  let axis: u32 = 0;
  while (axis < last && !isSideBySide(walker, runs, axis)) axis++;
  if (axis != last) exchange(walker, axis, last);
  const together: u32 = isSideBySide(walker, runs, last) ? RUNS : 1;

  const position = operandCount(record);
  const aStep = (<usize>innerCoefficient(walker, 0)) << 2;
  const bStep = (<usize>innerCoefficient(walker, runs - 1)) << 2;
  const aWord = (<usize>runStepOf(record, 0)) << 2;
  const bWord = runs == 2 ? (<usize>runStepOf(record, 1)) << 2 : 0;
  const outStep = (<usize>innerCoefficient(walker, position)) << 2;
  const initStep = hasInit ? (<usize>innerCoefficient(walker, runs)) << 2 : 0;
  do {
    const a = tensorOf(operands, 0) + (value(walker, 0) << 2);
    const b = runs == 2 ? tensorOf(operands, 1) + (value(walker, 1) << 2) : 0;
    let init = hasInit ? tensorOf(operands, runs) + (value(walker, runs) << 2) : 0;
    let to = out + (value(walker, position) << 2);
    for (let first: u32 = 0; first < innerExtent(walker); first += together) {
      for (let p: u32 = 0; p < PARTIALS; p++)
        foldPartial(fn, p, kOf(record), a + first * aStep, aWord, runs == 2 ? b + first * bStep : 0, bWord);
      joinPartials(fn);
      const end = partial(0) + ((<usize>min<u32>(together, innerExtent(walker) - first)) << 2);
      for (let sum = partial(0); sum < end; sum += 4, to += outStep, init += initStep) {
        let result = load<f32>(sum);
        if (hasInit) {
          const start = load<f32>(init);
          result = fn == MAX ? (start < result ? result : start) : start + result;
        }
        store<u32>(to, canonicalWord(reinterpret<u32>(result)));
      }
    }
  } while (next(walker));
}
