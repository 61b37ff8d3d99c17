import {
  fillOf,
  firstGuard,
  guardAt,
  guardBound,
  guardCoefficients,
  guardCount,
  guardDivisor,
  guardOffset,
  guardStride,
  isF32,
  operandCount,
  operandOffset,
  operandStrides,
  outputWords,
  tensorOf,
} from "./record";
import { scratch } from "./scratch";
import { transposePlane } from "./transpose";
import { WALKER_BYTES, addFunction, addOutput, coefficient, collapse, exchange, extent, split } from "./walker";
import { innerCoefficient, innerExtent, next, open, setExtent, value, walkerRank } from "./walker";
import { canonicalise, copyApart, fillApart, fillRun } from "./words";

// Layout of the scratch: the walker, then for each piece: low, high, address, step.
function lowOf(piece: u32): usize {
  return scratch() + WALKER_BYTES + (piece << 4);
}
function highOf(piece: u32): usize {
  return lowOf(piece) + 4;
}
function addressOf(piece: u32): usize {
  return lowOf(piece) + 8;
}
function stepOf(piece: u32): usize {
  return lowOf(piece) + 12;
}

/** Functions of the walker: the pieces' addresses, then the guards in record order, then the position in the output. */
function openView(record: usize, walker: usize): void {
  const pieces = operandCount(record);
  open(walker, record);
  for (let i: u32 = 0; i < pieces; i++) addFunction(walker, operandOffset(record, i), operandStrides(record, i));
  for (let g: u32 = 0; g < totalGuards(record); g++) {
    const guard = guardAt(firstGuard(record), g);
    addFunction(walker, guardOffset(guard), guardCoefficients(guard));
  }
  addOutput(walker);
  collapse(walker, false);
  for (let axis = <i32>walkerRank(walker) - 1; axis >= 0; axis--) splitByDivisor(record, walker, axis);
}

/** Makes plain rows of an axis along which a guard divides, of every so many entries of it, if there are as many of each. */
function splitByDivisor(record: usize, walker: usize, axis: u32): void {
  let divisor: u32 = 1;
  for (let g: u32 = 0; g < totalGuards(record); g++) {
    if (!isStepped(record, walker, g, axis)) divisor = max(divisor, guardDivisor(guardAt(firstGuard(record), g)));
  }
  const entries = extent(walker, axis);
  if (divisor > 1 && entries > divisor && entries % divisor == 0 && walkerRank(walker) < MAX_AXES)
    split(walker, axis, divisor);
}

function totalGuards(record: usize): u32 {
  let total: u32 = 0;
  for (let i: u32 = 0; i < operandCount(record); i++) total += guardCount(record, i);
  return total;
}

/** Whether a guard's quotient moves by whole steps along the axis. */
function isStepped(record: usize, walker: usize, g: u32, axis: u32): bool {
  const divisor = guardDivisor(guardAt(firstGuard(record), g));
  const moves = <i32>coefficient(walker, operandCount(record) + g, axis);
  return moves == 0 || (divisor <= <u32>i32.MAX_VALUE && moves % <i32>divisor == 0);
}

/** Along the axis every guard's quotient moves by whole steps, so that it admits an interval. */
function isPlain(record: usize, walker: usize, axis: u32): bool {
  for (let g: u32 = 0; g < totalGuards(record); g++) {
    if (!isStepped(record, walker, g, axis)) return false;
  }
  return true;
}

/** Axes that a walker holds. */
const MAX_AXES: u32 = 8;

/** Rows as long as this are worth no search for longer ones. */
const LONG: u32 = 8;

/**
 * Picks the axis of the rows: the innermost plain one that is long, whose words lie nearest to each other, or else the longest
 * plain one; false if none is plain.
 */
function pickRows(record: usize, walker: usize): bool {
  const last = <i32>walkerRank(walker) - 1;
  let picked = -1;
  for (let axis = last; axis >= 0; axis--) {
    if (picked >= 0 && extent(walker, axis) <= extent(walker, picked)) continue;
    if (!isPlain(record, walker, axis)) continue;
    picked = axis;
    if (extent(walker, axis) >= LONG) break;
  }
  if (picked < 0) return false;
  if (picked != last) exchange(walker, picked, last);
  return true;
}

function floorDivide(a: i64, b: i64): i64 {
  const quotient = a / b;
  return quotient * b > a ? quotient - 1 : quotient;
}

/** Narrows a piece's interval of the row to what one plain guard admits, and moves its address. */
function narrow(guard: usize, start: i32, inner: i32, piece: u32): void {
  const low = load<u32>(lowOf(piece));
  const high = load<u32>(highOf(piece));
  const bound = <i64>guardBound(guard);
  const divisor = guardDivisor(guard);
  let from: i64 = 0;
  let to: i64 = high;
  let isWhole = true;
  // Along a plain axis the quotient moves by whole steps, from a whole one or never one.
  if (divisor != 1 && inner != 0) {
    isWhole = start % <i32>divisor == 0;
    start /= <i32>divisor;
    inner /= <i32>divisor;
  }
  let quotient = start;
  // Most guards divide by one and move by one, which takes no division.
  if (!isWhole) {
    to = 0;
  } else if (inner == 0) {
    quotient = divisor == 1 ? start : <u32>start / divisor;
    const holds = start >= 0 && quotient * divisor == start && <u32>quotient < <u32>bound;
    if (!holds) to = 0;
  } else if (inner == 1) {
    from = -(<i64>start);
    to = bound - start;
  } else if (inner == -1) {
    from = <i64>start - bound + 1;
    to = <i64>start + 1;
  } else if (inner > 0) {
    from = floorDivide(<i64>inner - 1 - start, inner);
    to = floorDivide(bound + inner - 1 - start, inner);
  } else {
    from = floorDivide(<i64>start - bound, -(<i64>inner)) + 1;
    to = floorDivide(start, -(<i64>inner)) + 1;
  }
  store<u32>(lowOf(piece), <u32>max<i64>(from, low));
  store<u32>(highOf(piece), <u32>max<i64>(0, min<i64>(to, high)));
  store<u32>(addressOf(piece), load<u32>(addressOf(piece)) + quotient * guardStride(guard));
  store<u32>(stepOf(piece), load<u32>(stepOf(piece)) + inner * guardStride(guard));
}

/** Finds what one piece gives to a row: its interval, first address and step. */
function measurePiece(record: usize, walker: usize, piece: u32, firstOfPiece: u32): void {
  store<u32>(lowOf(piece), 0);
  store<u32>(highOf(piece), innerExtent(walker));
  store<u32>(addressOf(piece), value(walker, piece));
  store<u32>(stepOf(piece), innerCoefficient(walker, piece));
  for (let g: u32 = 0; g < guardCount(record, piece); g++) {
    const f = operandCount(record) + firstOfPiece + g;
    narrow(guardAt(firstGuard(record), firstOfPiece + g), value(walker, f), innerCoefficient(walker, f), piece);
  }
}

/** Writes one row whose guards are all plain: the last piece first, so that earlier pieces win. */
function paintRow(record: usize, operands: usize, walker: usize, out: usize, stride: u32): void {
  const count = innerExtent(walker);
  let guards: u32 = 0;
  let measured: u32 = 0;
  let covered = false;
  while (measured < operandCount(record) && !covered) {
    measurePiece(record, walker, measured, guards);
    guards += guardCount(record, measured);
    covered = load<u32>(lowOf(measured)) == 0 && load<u32>(highOf(measured)) == count;
    measured++;
  }
  if (!covered) {
    if (stride == 1) fillRun(out, fillOf(record), count);
    else fillApart(out, stride, fillOf(record), count);
  }
  for (let i = <i32>measured - 1; i >= 0; i--) {
    const low = load<u32>(lowOf(i));
    const high = load<u32>(highOf(i));
    if (low >= high) continue;
    const step = load<u32>(stepOf(i));
    const address = load<u32>(addressOf(i)) + low * step;
    copyApart(out + ((low * stride) << 2), stride, tensorOf(operands, i) + (address << 2), step, high - low);
  }
}

/** No guard moves along both axes, so that what they admit is a rectangle. */
function areApart(record: usize, walker: usize, one: u32, other: u32): bool {
  for (let g: u32 = 0; g < totalGuards(record); g++) {
    const f = operandCount(record) + g;
    if (coefficient(walker, f, one) != 0 && coefficient(walker, f, other) != 0) return false;
  }
  return true;
}

/** Makes planes of the rows of a single piece: picks an axis for the rows' rows as `pickRows` does; false if there is none. */
function pickPlanes(record: usize, walker: usize): bool {
  const last = <i32>walkerRank(walker) - 1;
  if (operandCount(record) != 1 || last < 1) return false;
  let picked = -1;
  for (let axis = last - 1; axis >= 0; axis--) {
    if (picked >= 0 && extent(walker, axis) <= extent(walker, picked)) continue;
    if (!isPlain(record, walker, axis) || !areApart(record, walker, axis, last)) continue;
    picked = axis;
    if (extent(walker, axis) >= LONG / 2) break;
  }
  if (picked < 0) return false;
  if (picked != last - 1) exchange(walker, picked, last - 1);
  return true;
}

/** Writes the plane of the last two axes, of which there are `rows` rows. Slot 0 is what the piece gives to a row, slot 1 to which rows. */
function paintPlane(record: usize, operands: usize, walker: usize, out: usize, rows: u32): void {
  const last = walkerRank(walker) - 1;
  const count = innerExtent(walker);
  const position = 1 + totalGuards(record);
  const stride = coefficient(walker, position, last);
  const apart = (<usize>coefficient(walker, position, last - 1)) << 2;
  store<u32>(lowOf(0), 0);
  store<u32>(highOf(0), count);
  store<u32>(addressOf(0), value(walker, 0));
  store<u32>(stepOf(0), coefficient(walker, 0, last));
  store<u32>(lowOf(1), 0);
  store<u32>(highOf(1), rows);
  store<u32>(addressOf(1), 0);
  store<u32>(stepOf(1), coefficient(walker, 0, last - 1));
  for (let g: u32 = 0; g < guardCount(record, 0); g++) {
    const across = coefficient(walker, 1 + g, last - 1);
    const guard = guardAt(firstGuard(record), g);
    if (across != 0) narrow(guard, value(walker, 1 + g), across, 1);
    else narrow(guard, value(walker, 1 + g), coefficient(walker, 1 + g, last), 0);
  }
  const low = load<u32>(lowOf(0));
  const high = load<u32>(highOf(0));
  const top = load<u32>(lowOf(1));
  const bottom = load<u32>(highOf(1));
  if (low > 0 || high < count || top > 0 || bottom < rows) {
    let to = out;
    for (let row: u32 = 0; row < rows; row++, to += apart) {
      if (stride == 1) fillRun(to, fillOf(record), count);
      else fillApart(to, stride, fillOf(record), count);
    }
  }
  if (low >= high) return;
  const step = load<u32>(stepOf(0));
  const across = load<u32>(stepOf(1));
  let address = load<u32>(addressOf(0)) + load<u32>(addressOf(1)) + low * step + top * across;
  let to = out + ((low * stride) << 2) + top * apart;
  for (let row = top; row < bottom; row++, to += apart, address += across)
    copyApart(to, stride, tensorOf(operands, 0) + (address << 2), step, high - low);
}

/** One word of the row, at entry `at`. */
function viewWord(record: usize, operands: usize, walker: usize, at: u32): u32 {
  const pieces = operandCount(record);
  let guard = firstGuard(record);
  let f = pieces;
  for (let i: u32 = 0; i < pieces; i++) {
    let address = value(walker, i) + at * innerCoefficient(walker, i);
    let holds = true;
    for (let g: u32 = 0; g < guardCount(record, i); g++, f++) {
      const start = value(walker, f) + at * innerCoefficient(walker, f);
      const divisor = guardDivisor(guard);
      const quotient = start / divisor;
      holds = holds && <i32>start >= 0 && quotient * divisor == start && quotient < guardBound(guard);
      address += quotient * guardStride(guard);
      guard = guardAt(guard, 1);
    }
    if (holds) return load<u32>(tensorOf(operands, i) + (address << 2));
  }
  return fillOf(record);
}

/** A single unguarded piece whose last axis strides while another runs through consecutive words; false if it is not. */
function transposeView(record: usize, operands: usize, walker: usize, out: usize): bool {
  if (operandCount(record) != 1 || guardCount(record, 0) != 0) return false;
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addOutput(walker);
  collapse(walker, false);
  const last = walkerRank(walker) - 1;
  const stride = coefficient(walker, 0, last);
  let across: u32 = 0;
  while (across < last && coefficient(walker, 0, across) != 1) across++;
  if (across >= last || stride < 2) return false;

  const rows = extent(walker, across);
  const columns = extent(walker, last);
  setExtent(walker, across, 1);
  do {
    const from = tensorOf(operands, 0) + (value(walker, 0) << 2);
    transposePlane(out + (value(walker, 1) << 2), coefficient(walker, 1, across), from, stride, rows, columns);
  } while (next(walker));
  return true;
}

/** SPEC: View. Naive twin: engine/kernels/reference/view.ts. */
export function view(record: usize, operands: usize, out: usize, _context: usize): void {
  const walker = scratch();
  if (!transposeView(record, operands, walker, out)) {
    openView(record, walker);
    const position = operandCount(record) + totalGuards(record);
    const plain = pickRows(record, walker);
    const planes = plain && pickPlanes(record, walker);
    const rows = planes ? extent(walker, walkerRank(walker) - 2) : 1;
    if (planes) setExtent(walker, walkerRank(walker) - 2, 1);
    const count = innerExtent(walker);
    const stride = innerCoefficient(walker, position);
    do {
      const to = out + (value(walker, position) << 2);
      if (planes) paintPlane(record, operands, walker, to, rows);
      else if (plain) paintRow(record, operands, walker, to, stride);
      else
        for (let i: u32 = 0; i < count; i++)
          store<u32>(to + ((i * stride) << 2), viewWord(record, operands, walker, i));
    } while (next(walker));
  }
  if (isF32(record)) canonicalise(out, outputWords(record));
}
