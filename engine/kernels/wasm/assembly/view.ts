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
import { WALKER_BYTES, addFunction, addOutput, coefficient, collapse, extent, innerCoefficient } from "./walker";
import { innerExtent, next, open, setExtent, value, walkerRank, workAlong } from "./walker";
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
}

function totalGuards(record: usize): u32 {
  let total: u32 = 0;
  for (let i: u32 = 0; i < operandCount(record); i++) total += guardCount(record, i);
  return total;
}

/** Along the axis every guard's quotient moves by whole steps, so that it admits an interval. */
function isPlain(record: usize, walker: usize, axis: u32): bool {
  for (let g: u32 = 0; g < totalGuards(record); g++) {
    const moves = coefficient(walker, operandCount(record) + g, axis) != 0;
    if (moves && guardDivisor(guardAt(firstGuard(record), g)) != 1) return false;
  }
  return true;
}

/** Rows as long as this are worth no search for longer ones. */
const LONG: u32 = 16;

/** Picks the axis of the rows: the last one if it is plain and long, or else the longest plain one; false if none is plain. */
function pickRows(record: usize, walker: usize): bool {
  const last = walkerRank(walker) - 1;
  let plain = isPlain(record, walker, last);
  if (plain && extent(walker, last) >= LONG) return true;
  let picked = last;
  for (let axis: u32 = 0; axis < last; axis++) {
    if (plain && extent(walker, axis) < extent(walker, picked)) continue;
    if (!isPlain(record, walker, axis)) continue;
    picked = axis;
    plain = true;
  }
  if (picked != last) workAlong(walker, picked);
  return plain;
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
  let from: i64 = 0;
  let to: i64 = high;
  let quotient = start;
  if (inner == 0) {
    const divisor = guardDivisor(guard);
    const holds = start >= 0 && <u32>start % divisor == 0 && <u32>start / divisor < <u32>bound;
    quotient = holds ? <u32>start / divisor : 0;
    if (!holds) to = 0;
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
    const count = innerExtent(walker);
    const stride = innerCoefficient(walker, position);
    do {
      const to = out + (value(walker, position) << 2);
      if (plain) paintRow(record, operands, walker, to, stride);
      else
        for (let i: u32 = 0; i < count; i++)
          store<u32>(to + ((i * stride) << 2), viewWord(record, operands, walker, i));
    } while (next(walker));
  }
  if (isF32(record)) canonicalise(out, outputWords(record));
}
