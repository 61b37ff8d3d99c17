import { panelLanes } from "./panels";
import {
  extentOf,
  fillOf,
  firstGuard,
  guardAt,
  guardBound,
  guardCoefficients,
  guardCount,
  guardOffset,
  guardStride,
  operandOffset,
  operandStrides,
  rankOf,
} from "./record";
import { scratch } from "./scratch";
import { row0, row1, row2, row3 } from "./transpose";

/**
 * Runs of words that are read through a View of windows, which nobody writes: engine/kernels/wasm/windows.ts. A word is named by its place in
 * the View's output; its position is a vector, its address and then the values of two guards at most. A row is some words along the View's
 * last axis; columns are runs side by side. Naive twin: engine/kernels/reference/view.ts.
 */

// Layout of the second half of the scratch. The View: its last axis, its tensor, its fill word, where its first word lies, its guards' bounds.
const LAST: usize = 0;
const TENSOR: usize = 8;
const FILL: usize = 12;
const ORIGIN: usize = 16;
const BOUNDS: usize = 32;
// Of each axis: its extent, the words of the output from one entry to the next, how a position changes from one to the next.
const EXTENTS: usize = 48;
const WORDS: usize = 80;
const STEPS: usize = 112;
// Two walks over the View's output, over words and over columns: where they are, and their coordinates.
const CURSORS: usize = 240;
const CURSOR_BYTES: usize = 48;
const COORDINATES: usize = 16;
// A panel's columns: from the first one to the least and to the greatest value of each guard; the lane of the guard that moves; how many
// there are; the end of their segments.
const LEAST: usize = 336;
const GREATEST: usize = 352;
const MOVING: usize = 368;
const COLUMNS: usize = 372;
const END: usize = 376;
// Neighbouring columns whose words are neighbours too: from the panel's first column to theirs, which lane, how many; and where they read a
// word, as `setReach` says.
const SEGMENTS: usize = 384;
const SEGMENT_BYTES: usize = 48;
const LANE: usize = 16;
const COUNT: usize = 20;
const REACH: usize = 32;
const REACH_LOW: usize = 4;
const REACH_HIGH: usize = 8;
// Addresses of all columns, from the first one on.
const MOVED: usize = SEGMENTS + 16 * SEGMENT_BYTES;

/** Further than any guard's value. */
const NOWHERE: i32 = 1 << 30;

function base(): usize {
  return scratch() + (1 << 19);
}
function ofAxis(field: usize, axis: u32): usize {
  return base() + field + (axis << 2);
}
function stepAt(axis: u32): usize {
  return base() + STEPS + (axis << 4);
}
function firstSegment(): usize {
  return base() + SEGMENTS;
}
export function wordCursor(): usize {
  return base() + CURSORS;
}
export function columnCursor(): usize {
  return base() + CURSORS + CURSOR_BYTES;
}
/** Where a cursor is. */
export function positionOf(cursor: usize): v128 {
  return v128.load(cursor);
}
/** The View's last axis. */
export function lastAxis(): u32 {
  return load<u32>(base(), LAST);
}
export function fillWord(): u32 {
  return load<u32>(base(), FILL);
}

function vectorOf(first: i32): v128 {
  return i32x4.replace_lane(i32x4.splat(0), 0, first);
}

/** Opens the View of a record over a tensor. */
export function openWindows(view: usize, tensor: usize): void {
  const rank = rankOf(view);
  store<u32>(base(), rank - 1, LAST);
  store<usize>(base(), tensor, TENSOR);
  store<u32>(base(), fillOf(view), FILL);
  v128.store(base(), vectorOf(operandOffset(view, 0)), ORIGIN);
  v128.store(base(), i32x4.splat(NOWHERE), BOUNDS);
  let words: u32 = 1;
  for (let axis = <i32>rank - 1; axis >= 0; axis--) {
    store<u32>(ofAxis(EXTENTS, axis), extentOf(view, axis));
    store<u32>(ofAxis(WORDS, axis), words);
    v128.store(stepAt(axis), vectorOf(load<i32>(operandStrides(view, 0) + (axis << 2))));
    words *= extentOf(view, axis);
  }
  for (let g: u32 = 0; g < guardCount(view, 0); g++)
    openGuard(guardAt(firstGuard(view), g), rank, (<usize>(g + 1)) << 2);
}

/** @param lane the guard's, in bytes */
function openGuard(guard: usize, rank: u32, lane: usize): void {
  const stride = guardStride(guard);
  const offset = guardOffset(guard);
  store<u32>(base() + ORIGIN, load<u32>(base() + ORIGIN) + offset * stride);
  store<u32>(base() + ORIGIN + lane, offset);
  store<u32>(base() + BOUNDS + lane, guardBound(guard));
  for (let axis: u32 = 0; axis < rank; axis++) {
    const coefficient = load<u32>(guardCoefficients(guard) + (axis << 2));
    store<u32>(stepAt(axis), load<u32>(stepAt(axis)) + coefficient * stride);
    store<u32>(stepAt(axis) + lane, coefficient);
  }
}

/** Goes to a word. */
export function seekWord(cursor: usize, flat: u32): void {
  let at = v128.load(base(), ORIGIN);
  for (let axis: u32 = 0; axis <= lastAxis(); axis++) {
    const words = load<u32>(ofAxis(WORDS, axis));
    const coordinate = flat / words;
    flat -= coordinate * words;
    store<u32>(cursor + (axis << 2), coordinate, COORDINATES);
    at = i32x4.add(at, i32x4.mul(v128.load(stepAt(axis)), i32x4.splat(coordinate)));
  }
  v128.store(cursor, at);
}

/** Sets the cursor of words to where that of columns is. */
export function copyCursor(): void {
  v128.store(wordCursor(), positionOf(columnCursor()));
  for (let axis: u32 = 0; axis <= lastAxis(); axis++) {
    const coordinate = load<u32>(columnCursor() + (axis << 2), COORDINATES);
    store<u32>(wordCursor() + (axis << 2), coordinate, COORDINATES);
  }
}

/** The axis whose entries lie so many words apart. */
export function windowAxis(step: u32): u32 {
  let axis = lastAxis();
  while (axis > 0 && load<u32>(ofAxis(WORDS, axis)) != step) axis--;
  return axis;
}

/** Entries of an axis from a word on. */
export function entriesLeft(cursor: usize, axis: u32): u32 {
  return load<u32>(ofAxis(EXTENTS, axis)) - load<u32>(cursor + (axis << 2), COORDINATES);
}

/** Goes on by at most so many entries of an axis as are left, to the next entry of those before it where it ends. */
export function moveOn(cursor: usize, axis: u32, entries: u32): void {
  let at = i32x4.add(v128.load(cursor), i32x4.mul(v128.load(stepAt(axis)), i32x4.splat(entries)));
  let coordinate = load<u32>(cursor + (axis << 2), COORDINATES) + entries;
  for (; axis > 0 && coordinate == load<u32>(ofAxis(EXTENTS, axis)); axis--) {
    const whole = i32x4.mul(v128.load(stepAt(axis)), i32x4.splat(coordinate));
    at = i32x4.add(at, i32x4.sub(v128.load(stepAt(axis - 1)), whole));
    store<u32>(cursor + (axis << 2), 0, COORDINATES);
    coordinate = load<u32>(cursor + ((axis - 1) << 2), COORDINATES) + 1;
  }
  store<u32>(cursor + (axis << 2), coordinate, COORDINATES);
  v128.store(cursor, at);
}

function isSame(a: v128, b: v128): bool {
  return !v128.any_true(v128.xor(a, b));
}

/** The guard that moves along columns, and alone along rows; a lane of none if there is no such guard. */
export function movingGuard(axis: u32): u32 {
  const unit = v128.load(stepAt(axis));
  return i32x4.extract_lane(unit, 1) != 0 ? 1 : i32x4.extract_lane(unit, 2) != 0 ? 2 : 3;
}

/** Divides the next `count` columns into segments. */
function divide(axis: u32, count: u32): void {
  const cursor = columnCursor();
  const unit = v128.load(stepAt(axis));
  const start = positionOf(cursor);
  let expected = start;
  let least = i32x4.splat(0);
  let greatest = least;
  let segment = firstSegment() - SEGMENT_BYTES;
  for (let lane: u32 = 0; lane < count;) {
    const run = min<u32>(count - lane, entriesLeft(cursor, axis));
    const at = positionOf(cursor);
    const moved = i32x4.sub(at, start);
    const end = i32x4.add(moved, i32x4.mul(unit, i32x4.splat(run - 1)));
    if (lane > 0 && isSame(at, expected)) {
      store<u32>(segment, load<u32>(segment, COUNT) + run, COUNT);
    } else {
      segment += SEGMENT_BYTES;
      v128.store(segment, moved);
      store<u32>(segment, lane, LANE);
      store<u32>(segment, run, COUNT);
    }
    for (let i: u32 = 0; i < run; i++) store<u32>(ofAxis(MOVED, lane + i), i32x4.extract_lane(moved, 0) + i);
    least = i32x4.min_s(least, moved);
    greatest = i32x4.max_s(greatest, end);
    expected = i32x4.add(start, i32x4.add(end, unit));
    moveOn(cursor, axis, run);
    lane += run;
  }
  store<u32>(base(), count, COLUMNS);
  v128.store(base(), least, LEAST);
  v128.store(base(), greatest, GREATEST);
  store<u32>(base(), movingGuard(axis), MOVING);
  store<usize>(base(), segment + SEGMENT_BYTES, END);
}

/** Whether all guards hold from one position to another. */
function isInside(least: v128, greatest: v128): bool {
  const out = v128.or(i32x4.lt_s(least, i32x4.splat(0)), i32x4.ge_s(greatest, v128.load(base(), BOUNDS)));
  return !v128.any_true(i32x4.replace_lane(out, 0, 0));
}

/** Whether all guards hold for every column of the panel. */
function isPanelInside(at: v128): bool {
  return isInside(i32x4.add(at, v128.load(base(), LEAST)), i32x4.add(at, v128.load(base(), GREATEST)));
}

/**
 * Stores where columns from a position on read a word: its address, and which of them the moving guard admits, those from `low` to `high` − 1.
 * False if none is admitted.
 */
export function setReach(reach: usize, first: v128, moving: u32): bool {
  const out = v128.or(i32x4.lt_s(first, i32x4.splat(0)), i32x4.ge_s(first, v128.load(base(), BOUNDS)));
  const still = i32x4.ne(i32x4(0, 1, 2, 3), i32x4.splat(moving));
  const holds = !v128.any_true(i32x4.replace_lane(v128.and(out, still), 0, 0));
  v128.store(reach, first);
  const value = load<i32>(reach + ((<usize>moving) << 2));
  store<i32>(reach, holds ? -value : NOWHERE, REACH_LOW);
  store<i32>(reach, holds ? load<i32>(ofAxis(BOUNDS, moving)) - value : -NOWHERE, REACH_HIGH);
  return holds;
}

/** What a reach says of word `i` of its row. */
export function lowOf(reach: usize, i: u32, values: i32): i32 {
  return max(load<i32>(reach, REACH_LOW) - <i32>i * values, 0);
}
export function highOf(reach: usize, i: u32, values: i32, count: i32): i32 {
  return min(load<i32>(reach, REACH_HIGH) - <i32>i * values, count);
}
/** Where the word lies; where no column holds, the address may be none of the tensor's. */
export function sourceOf(reach: usize, i: u32, words: i32, isAny: bool): usize {
  return load<usize>(base(), TENSOR) + (isAny ? (<usize>(load<i32>(reach) + <i32>i * words)) << 2 : 0);
}
/** From one word of a row to the next: how far their addresses, and the values of the moving guard, lie apart. */
export function wordStep(): i32 {
  return load<i32>(stepAt(lastAxis()));
}
export function valueStep(moving: u32): i32 {
  return load<i32>(stepAt(lastAxis()) + ((<usize>moving) << 2));
}

/** Four columns of which those from `low` to `high` − 1 are read, and fill in place of the rest. */
export function between(from: usize, low: i32, high: i32, fill: v128): v128 {
  const lanes = i32x4(0, 1, 2, 3);
  const admitted = v128.and(i32x4.ge_s(lanes, i32x4.splat(low)), i32x4.lt_s(lanes, i32x4.splat(high)));
  return v128.bitselect(v128.load(from), fill, admitted);
}

/** Vectors may write past the segment. */
function copySegment(to: usize, from: usize, count: u32): void {
  const end = to + ((<usize>count) << 2);
  for (; to < end; to += 16, from += 16) v128.store(to, v128.load(from));
}

/** Four words of a column, the last one's past it. */
function wordsOf(from: usize, column: u32): v128 {
  const own = min<u32>(column, load<u32>(base(), COLUMNS) - 1);
  return v128.load(from + (load<usize>(ofAxis(MOVED, own)) << 2));
}

/** Packs four words of a row, all of whose guards hold, and which are neighbours in the memory. */
function packSquares(to: usize, toStep: usize, from: usize): void {
  for (let column: u32 = 0; column < load<u32>(base(), COLUMNS); column += 4, to += 16) {
    const a = wordsOf(from, column);
    const b = wordsOf(from, column + 1);
    const c = wordsOf(from, column + 2);
    const d = wordsOf(from, column + 3);
    v128.store(to, row0(a, b, c, d));
    v128.store(to + toStep, row1(a, b, c, d));
    v128.store(to + toStep * 2, row2(a, b, c, d));
    v128.store(to + toStep * 3, row3(a, b, c, d));
  }
}

function packInside(to: usize, toStep: usize, address: i32, row: u32): void {
  const end = load<usize>(base(), END);
  const step = load<usize>(stepAt(lastAxis())) << 2;
  let from = load<usize>(base(), TENSOR) + ((<usize>address) << 2);
  // Many short segments take longer than turning squares.
  const isTurned = step == 4 && end - firstSegment() > (load<usize>(base(), COLUMNS) >> 3) * SEGMENT_BYTES;
  for (; isTurned && row >= 4; row -= 4, from += 16, to += toStep * 4) packSquares(to, toStep, from);
  for (let i: u32 = 0; i < row; i++, to += toStep, from += step) {
    for (let segment = firstSegment(); segment < end; segment += SEGMENT_BYTES) {
      const there = to + (load<u32>(segment, LANE) << 2);
      copySegment(there, from + (load<usize>(segment) << 2), load<u32>(segment, COUNT));
    }
  }
}

function packGuarded(to: usize, toStep: usize, at: v128, row: u32): void {
  const end = load<usize>(base(), END);
  const moving = load<u32>(base(), MOVING);
  const words = wordStep();
  const values = valueStep(moving);
  const fill = i32x4.splat(fillWord());
  for (let segment = firstSegment(); segment < end; segment += SEGMENT_BYTES)
    setReach(segment + REACH, i32x4.add(at, v128.load(segment)), moving);
  for (let i: u32 = 0; i < row; i++, to += toStep) {
    for (let segment = firstSegment(); segment < end; segment += SEGMENT_BYTES) {
      const count = load<i32>(segment, COUNT);
      const low = lowOf(segment + REACH, i, values);
      const high = highOf(segment + REACH, i, values, count);
      const from = sourceOf(segment + REACH, i, words, low < high);
      const there = to + (load<u32>(segment, LANE) << 2);
      for (let j = 0; j < count; j += 4)
        v128.store(there + (j << 2), between(from + (j << 2), low - j, high - j, fill));
    }
  }
}

/** A row of a panel. A border of the image may lie before a part of it and behind another. */
function packRow(to: usize, toStep: usize, at: v128, row: u32): void {
  const step = v128.load(stepAt(lastAxis()));
  while (row > 0) {
    const inside = isPanelInside(at);
    let part: u32 = 1;
    if (inside && isPanelInside(i32x4.add(at, i32x4.mul(step, i32x4.splat(row - 1))))) part = row;
    while (part < row && isPanelInside(i32x4.add(at, i32x4.mul(step, i32x4.splat(part)))) == inside) part++;
    if (inside) packInside(to, toStep, i32x4.extract_lane(at, 0), part);
    else packGuarded(to, toStep, at, part);
    at = i32x4.add(at, i32x4.mul(step, i32x4.splat(part)));
    to += part * toStep;
    row -= part;
  }
}

/**
 * Packs the next `k` words of `count` runs as panels of [k][lanes], as `pack` does; lanes past the last run hold anything. The first run
 * begins at word `first` of the View, `step` words before the next. ASSUMES: 12 bytes past the panels may be written, as many around the
 * tensor read.
 */
export function packWindows(to: usize, first: u32, step: u32, count: u32, k: u32): void {
  const axis = windowAxis(step);
  const words = wordCursor();
  seekWord(columnCursor(), first);
  for (let column: u32 = 0; column < count;) {
    const lanes = panelLanes(count - column);
    const toStep = (<usize>lanes) << 2;
    copyCursor();
    divide(axis, min<u32>(lanes, count - column));
    for (let left = k; left > 0;) {
      const row = min<u32>(left, entriesLeft(words, lastAxis()));
      packRow(to, toStep, positionOf(words), row);
      moveOn(words, lastAxis(), row);
      to += row * toStep;
      left -= row;
    }
    column += lanes;
  }
}
