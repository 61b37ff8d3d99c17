import { extentOf, rankOf } from "./record";
import { copyRun, interleave } from "./words";

/**
 * A walk over output coordinates in row-major order that keeps the value of up to 18 linear functions of them: operand
 * addresses, guards, the position in the output. All arithmetic is modulo 2³², which is exact for validated programs.
 * Axes of one entry are dropped, and neighbours on which every function is linear as one axis are merged.
 *
 * Layout in bytes: rank, functions, 8 extents, 8 coordinates, 18 values, 18 × 8 coefficients.
 */
export const WALKER_BYTES: usize = 720;
const EXTENTS: usize = 8;
const COORDINATES: usize = 40;
const VALUES: usize = 72;
const COEFFICIENTS: usize = 144;

export function walkerRank(walker: usize): u32 {
  return load<u32>(walker);
}
export function extent(walker: usize, axis: u32): u32 {
  return load<u32>(walker + (axis << 2), EXTENTS);
}
export function setExtent(walker: usize, axis: u32, entries: u32): void {
  store<u32>(walker + (axis << 2), entries, EXTENTS);
}
export function coordinate(walker: usize, axis: u32): u32 {
  return load<u32>(walker + (axis << 2), COORDINATES);
}
export function value(walker: usize, f: u32): u32 {
  return load<u32>(walker + (f << 2), VALUES);
}
export function coefficient(walker: usize, f: u32, axis: u32): u32 {
  return load<u32>(walker + (f << 5) + (axis << 2), COEFFICIENTS);
}
function setCoefficient(walker: usize, f: u32, axis: u32, stride: u32): void {
  store<u32>(walker + (f << 5) + (axis << 2), stride, COEFFICIENTS);
}
/** Entries of the last axis, along which the caller works; `next` goes to the following row. */
export function innerExtent(walker: usize): u32 {
  return extent(walker, walkerRank(walker) - 1);
}
export function innerCoefficient(walker: usize, f: u32): u32 {
  return coefficient(walker, f, walkerRank(walker) - 1);
}

/** Starts a walk over the record's output axes, without any function yet. */
export function open(walker: usize, record: usize): void {
  const rank = rankOf(record);
  store<u32>(walker, rank);
  store<u32>(walker, 0, 4);
  for (let axis: u32 = 0; axis < rank; axis++) {
    setExtent(walker, axis, extentOf(record, axis));
    store<u32>(walker + (axis << 2), 0, COORDINATES);
  }
}

/** Adds the function offset + Σ coefficients·o. */
export function addFunction(walker: usize, offset: u32, coefficients: usize): void {
  const f = load<u32>(walker, 4);
  store<u32>(walker, f + 1, 4);
  store<u32>(walker + (f << 2), offset, VALUES);
  memory.copy(walker + COEFFICIENTS + (f << 5), coefficients, 32);
}

/** Adds the row-major position in the output. */
export function addOutput(walker: usize): void {
  const f = load<u32>(walker, 4);
  store<u32>(walker, f + 1, 4);
  store<u32>(walker + (f << 2), 0, VALUES);
  let stride: u32 = 1;
  for (let axis = <i32>walkerRank(walker) - 1; axis >= 0; axis--) {
    setCoefficient(walker, f, axis, stride);
    stride *= extent(walker, axis);
  }
}

function mergeable(walker: usize, outer: u32, inner: u32): bool {
  const functions = load<u32>(walker, 4);
  for (let f: u32 = 0; f < functions; f++) {
    if (coefficient(walker, f, outer) != coefficient(walker, f, inner) * extent(walker, inner)) return false;
  }
  return true;
}

/** Drops and merges axes; call it once, after the functions. With `keepLast` the last axis stays itself. */
export function collapse(walker: usize, keepLast: bool): void {
  const rank = walkerRank(walker);
  const functions = load<u32>(walker, 4);
  let kept: u32 = 0;
  for (let axis: u32 = 0; axis < rank; axis++) {
    const entries = extent(walker, axis);
    const fixed = keepLast && axis == rank - 1;
    if (entries == 1 && !fixed) continue;
    const merged = kept > 0 && !fixed && mergeable(walker, kept - 1, axis);
    const target = merged ? kept - 1 : kept++;
    setExtent(walker, target, merged ? extent(walker, target) * entries : entries);
    for (let f: u32 = 0; f < functions; f++) setCoefficient(walker, f, target, coefficient(walker, f, axis));
  }
  if (kept == 0) {
    kept = 1;
    setExtent(walker, 0, 1);
    for (let f: u32 = 0; f < functions; f++) setCoefficient(walker, f, 0, 0);
  }
  store<u32>(walker, kept);
}

/** Makes two axes of one: the inner one takes `inner` entries, which divide its own. Call it after `collapse`. ASSUMES: an axis is free. */
export function split(walker: usize, axis: u32, inner: u32): void {
  const rank = walkerRank(walker);
  const functions = load<u32>(walker, 4);
  store<u32>(walker, rank + 1);
  for (let at = rank; at > axis; at--) {
    setExtent(walker, at, extent(walker, at - 1));
    store<u32>(walker + (at << 2), 0, COORDINATES);
    for (let f: u32 = 0; f < functions; f++) setCoefficient(walker, f, at, coefficient(walker, f, at - 1));
  }
  setExtent(walker, axis, extent(walker, axis) / inner);
  setExtent(walker, axis + 1, inner);
  for (let f: u32 = 0; f < functions; f++) setCoefficient(walker, f, axis, coefficient(walker, f, axis) * inner);
}

/** Exchanges two axes, so that the caller works along another one. The walk is then no longer in row-major order. */
export function exchange(walker: usize, one: u32, other: u32): void {
  const entries = extent(walker, one);
  setExtent(walker, one, extent(walker, other));
  setExtent(walker, other, entries);
  const functions = load<u32>(walker, 4);
  for (let f: u32 = 0; f < functions; f++) {
    const stride = coefficient(walker, f, one);
    setCoefficient(walker, f, one, coefficient(walker, f, other));
    setCoefficient(walker, f, other, stride);
  }
}

/** Goes to the start of the next row; false after the last one. */
export function next(walker: usize): bool {
  const functions = load<u32>(walker, 4);
  for (let axis = <i32>walkerRank(walker) - 2; axis >= 0; axis--) {
    const entries = extent(walker, axis);
    const at = coordinate(walker, axis) + 1;
    const more = at < entries;
    store<u32>(walker + (axis << 2), more ? at : 0, COORDINATES);
    for (let f: u32 = 0; f < functions; f++) {
      const stride = coefficient(walker, f, axis);
      const change = more ? stride : 0 - stride * (entries - 1);
      store<u32>(walker + (f << 2), value(walker, f) + change, VALUES);
    }
    if (more) return true;
  }
  return false;
}

/** Goes to the output word of a flat index. ASSUMES: a walker just opened, of function 0 only; for `read`, which may go on inside a row. */
export function seek(walker: usize, flat: u32): void {
  const last = walkerRank(walker) - 1;
  let start = value(walker, 0);
  for (let axis = <i32>last; axis >= 0; axis--) {
    const entries = extent(walker, axis);
    const at = flat % entries;
    flat /= entries;
    store<u32>(walker + (axis << 2), at, COORDINATES);
    if (<u32>axis != last) start += at * coefficient(walker, 0, axis);
  }
  store<u32>(walker, start, VALUES);
}

/** Rows shorter than this are copied several at a time: going from one to the next costs as much as some words. */
const SHORT: u32 = 16;

/** Copies at most `most` of the next rows, all of which differ on the axis before the last only; how many. */
function readRows(walker: usize, tensor: usize, to: usize, most: u32): u32 {
  const last = walkerRank(walker) - 1;
  const axis = last - 1;
  const first = coordinate(walker, axis);
  const rows = min<u32>(most, extent(walker, axis) - first);
  const entries = extent(walker, last);
  const stride = (<usize>coefficient(walker, 0, last)) << 2;
  const across = coefficient(walker, 0, axis);
  let row = tensor + (value(walker, 0) << 2);
  if (entries == 2 && across == 1) {
    interleave(to, row, row + stride, rows);
  } else {
    for (let i: u32 = 0; i < rows; i++, row += (<usize>across) << 2) {
      let from = row;
      for (const end = to + ((<usize>entries) << 2); to < end; to += 4, from += stride) store<u32>(to, load<u32>(from));
    }
  }
  // To the last of them, and from there as ever.
  store<u32>(walker + (axis << 2), first + rows - 1, COORDINATES);
  store<u32>(walker, value(walker, 0) + (rows - 1) * across, VALUES);
  next(walker);
  return rows;
}

/**
 * Copies the next `count` words that function 0 addresses, in output order; may stop inside a row and go on later.
 * ASSUMES: a walker of function 0 only.
 */
export function read(walker: usize, tensor: usize, to: usize, count: u32): void {
  const last = walkerRank(walker) - 1;
  const entries = extent(walker, last);
  const stride = coefficient(walker, 0, last);
  const isShort = entries < SHORT && last > 0;
  while (count > 0) {
    const at = coordinate(walker, last);
    if (isShort && at == 0 && count >= entries) {
      const words = readRows(walker, tensor, to, count / entries) * entries;
      to += (<usize>words) << 2;
      count -= words;
      continue;
    }
    const run = min<u32>(count, entries - at);
    copyRun(to, tensor + ((value(walker, 0) + at * stride) << 2), stride, run);
    to += (<usize>run) << 2;
    count -= run;
    const ended = at + run == entries;
    store<u32>(walker + (last << 2), ended ? 0 : at + run, COORDINATES);
    if (ended) next(walker);
  }
}
