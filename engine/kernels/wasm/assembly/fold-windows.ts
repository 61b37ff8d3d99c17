import { MAX, PARTIALS, ROW, RUNS, joinPartials, partial } from "./fold-columns";
import { kOf, operandCount, operandOffset, operandStrides, tensorOf, windowOf } from "./record";
import { scratch } from "./scratch";
import { addFunction, addOutput, collapse, innerCoefficient, innerExtent, next, open, value } from "./walker";
import {
  between,
  columnCursor,
  copyCursor,
  entriesLeft,
  fillWord,
  highOf,
  lastAxis,
  lowOf,
  movingGuard,
} from "./windows";
import { moveOn, openWindows, positionOf, seekWord, setReach, sourceOf, valueStep, windowAxis } from "./windows";
import { wordCursor, wordStep } from "./windows";
import { canonicalWord } from "./words";

/**
 * Folds whose runs are read through a window: sixteen columns of a row of windows at a time, a lane each. ORDER: as of a single run, partial by
 * partial. Naive twin: engine/kernels/reference/fold.ts, over what a View has written.
 */

function startOf(fn: u32): u32 {
  return fn == MAX ? 0xff800000 : 0;
}

// Past the partials of `fold-columns.ts`.
function reach(): usize {
  return partial(PARTIALS);
}

/** Joins a word of some columns, those from `low` to `high` − 1, or fill in place of it, to a partial. */
function sumWords(to: usize, from: usize, count: i32, low: i32, high: i32, fill: v128): void {
  for (let j = 0; j < count; j += 4, from += 16, to += 16)
    v128.store(to, f32x4.add(v128.load(to), between(from, low - j, high - j, fill)));
}
function maxWords(to: usize, from: usize, count: i32, low: i32, high: i32, fill: v128): void {
  for (let j = 0; j < count; j += 4, from += 16, to += 16)
    v128.store(to, f32x4.pmax(v128.load(to), between(from, low - j, high - j, fill)));
}

/** Joins the words of a row, of which `first` is the place in the run, to their partials. */
function joinRow(fn: u32, first: u32, row: u32, at: v128, moving: u32, count: i32): void {
  // Joining what partials start with changes nothing: a sum's is never −0.
  if (!setReach(reach(), at, moving) && fillWord() == startOf(fn)) return;
  const fill = i32x4.splat(fillWord());
  const words = wordStep();
  const values = valueStep(moving);
  for (let i: u32 = 0; i < row; i++) {
    const low = lowOf(reach(), i, values);
    const high = highOf(reach(), i, values, count);
    const from = sourceOf(reach(), i, words, low < high);
    const to = partial((first + i) % PARTIALS);
    if (fn == MAX) maxWords(to, from, count, low, high, fill);
    else sumWords(to, from, count, low, high, fill);
  }
}

/** Folds the runs of `count` columns from the column cursor's on. */
function foldRuns(fn: u32, k: u32, moving: u32, count: u32): void {
  const start = i32x4.splat(startOf(fn));
  for (let at = partial(0); at < partial(PARTIALS); at += 16) v128.store(at, start);
  copyCursor();
  const cursor = wordCursor();
  for (let first: u32 = 0; first < k;) {
    const row = min<u32>(k - first, entriesLeft(cursor, lastAxis()));
    joinRow(fn, first, row, positionOf(cursor), moving, count);
    moveOn(cursor, lastAxis(), row);
    first += row;
  }
  joinPartials(fn);
}

/** ASSUMES: 12 bytes around the operand may be read. */
export function foldWindows(record: usize, operands: usize, out: usize, fn: u32): void {
  const hasInit = operandCount(record) > 1;
  const walker = scratch();
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addOutput(walker);
  if (hasInit) addFunction(walker, operandOffset(record, 1), operandStrides(record, 1));
  collapse(walker, false);
  openWindows(windowOf(record), tensorOf(operands, 0));
  const axis = windowAxis(innerCoefficient(walker, 0));
  const moving = movingGuard(axis);
  const initStep = hasInit ? (<usize>innerCoefficient(walker, 2)) << 2 : 0;
  do {
    let init = hasInit ? tensorOf(operands, 1) + (value(walker, 2) << 2) : 0;
    let to = out + (value(walker, 1) << 2);
    seekWord(columnCursor(), value(walker, 0));
    for (let left = innerExtent(walker); left > 0;) {
      const count = min<u32>(min<u32>(RUNS, left), entriesLeft(columnCursor(), axis));
      foldRuns(fn, kOf(record), moving, count);
      for (let column: u32 = 0; column < count; column++, to += 4, init += initStep) {
        let result = load<f32>(partial(0) + (column << 2));
        if (hasInit) {
          const start = load<f32>(init);
          result = fn == MAX ? (start < result ? result : start) : start + result;
        }
        store<u32>(to, canonicalWord(reinterpret<u32>(result)));
      }
      moveOn(columnCursor(), axis, count);
      left -= count;
    }
  } while (next(walker));
}
