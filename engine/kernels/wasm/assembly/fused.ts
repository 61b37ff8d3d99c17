import { apply } from "./apply";
import { applyPair } from "./pairs";
import { foldRows } from "./fold";
import { operandOffset, operandStrides, tensorOf } from "./record";
import { scratch } from "./scratch";
import { WALKER_BYTES, addFunction, collapse, open, read, seek } from "./walker";
import { canonicalise, copyRun, fillRun } from "./words";

/**
 * A group of operators, tile by tile. Record: engine/kernels/wasm/fused-record.ts. Naive twin: the operators one by one.
 * ASSUMES: 28 bytes past an output may be written and 60 past an operand read.
 */
const HEADER_BYTES: usize = 64;
const OPERAND_BYTES: usize = 112;
const PAIR_BYTES: usize = 8;

const MOVING: u32 = 0;
const ONCE: u32 = 1;

const LOAD: u32 = 64;
const SPREAD: u32 = 65;
const CANONICALISE: u32 = 66;
const STORE: u32 = 67;
const FOLDS: u32 = 80;
const PAIRS: u32 = 96;

// Layout of the scratch: the address of each place, a walker for each operand, the slots.
const WALKERS: usize = 1024;
const SLOTS: usize = 32768;

function addressAt(place: u32): usize {
  return scratch() + (place << 2);
}
function address(place: u32): usize {
  return load<usize>(addressAt(place));
}
function walkerOf(operand: u32): usize {
  return scratch() + WALKERS + WALKER_BYTES * operand;
}

function operandsOf(record: usize): u32 {
  return load<u8>(record);
}
function outputsOf(record: usize): u32 {
  return load<u8>(record, 1);
}
function constantsOf(record: usize): u32 {
  return load<u8>(record, 2);
}
function operandAt(record: usize, i: u32): usize {
  return record + HEADER_BYTES + OPERAND_BYTES * i;
}
function placeOf(operand: usize): u32 {
  return load<u8>(operand, 104);
}
function isPerRow(operand: usize): bool {
  return load<u8>(operand, 105) != 0;
}
function modeOf(operand: usize): u32 {
  return load<u8>(operand, 106);
}

/** Words of so many rows, in a place with a word a row or one with a word a column. */
function wordsOf(record: usize, perRow: bool, rows: u32): u32 {
  return perRow ? rows : rows * load<u32>(record, 16);
}

function openOperand(record: usize, table: usize, i: u32): void {
  const operand = operandAt(record, i);
  const walker = walkerOf(i);
  const perRow = isPerRow(operand);
  const first = wordsOf(record, perRow, load<u32>(record, 8));
  if (modeOf(operand) == MOVING) {
    store<usize>(addressAt(placeOf(operand)), tensorOf(table, i) + ((operandOffset(operand, 0) + first) << 2));
    return;
  }
  open(walker, operand);
  addFunction(walker, operandOffset(operand, 0), operandStrides(operand, 0));
  collapse(walker, false);
  seek(walker, first);
  if (modeOf(operand) == ONCE)
    read(walker, tensorOf(table, i), address(placeOf(operand)), wordsOf(record, perRow, load<u32>(record, 20)));
}

/** Sets the places up; answers where the stages begin. */
function openAll(record: usize, table: usize): usize {
  const operands = operandsOf(record);
  const slotBytes = load<u32>(record, 24);
  const moving: u32 = load<u8>(record, 3);
  for (let place = moving; place < 256; place++)
    store<usize>(addressAt(place), scratch() + SLOTS + <usize>(place - moving) * slotBytes);
  for (let i: u32 = 0; i < operands; i++) openOperand(record, table, i);
  let at = operandAt(record, operands);
  for (let i: u32 = 0; i < constantsOf(record); i++, at += PAIR_BYTES)
    fillRun(address(load<u32>(at, 4)), load<u32>(at), slotBytes >> 2);
  for (let i: u32 = 0; i < outputsOf(record); i++, at += PAIR_BYTES) {
    const first = wordsOf(record, load<u32>(at, 4) != 0, load<u32>(record, 8));
    store<usize>(addressAt(load<u32>(at)), tensorOf(table, operands + i) + ((<usize>first) << 2));
  }
  return at;
}

/** Moves the places in tensors on by a tile of so many rows. */
function moveOn(record: usize, rows: u32): void {
  const operands = operandsOf(record);
  for (let i: u32 = 0; i < operands; i++) {
    const operand = operandAt(record, i);
    if (modeOf(operand) != MOVING) continue;
    const place = placeOf(operand);
    store<usize>(addressAt(place), address(place) + (wordsOf(record, isPerRow(operand), rows) << 2));
  }
  let at = operandAt(record, operands) + PAIR_BYTES * constantsOf(record);
  for (let i: u32 = 0; i < outputsOf(record); i++, at += PAIR_BYTES) {
    const place = load<u32>(at);
    store<usize>(addressAt(place), address(place) + (wordsOf(record, load<u32>(at, 4) != 0, rows) << 2));
  }
}

function spreadRows(to: usize, a: usize, rows: u32, columns: u32): void {
  const bytes = (<usize>columns) << 2;
  for (let row: u32 = 0; row < rows; row++, to += bytes, a += 4) fillRun(to, load<u32>(a), columns);
}

function runStage(record: usize, table: usize, stage: usize, rows: u32): void {
  const code: u32 = load<u8>(stage);
  const columns = load<u32>(record, 16);
  const words = wordsOf(record, load<u8>(stage, 1) != 0, rows);
  const to = address(load<u8>(stage, 4));
  if (code == LOAD) {
    const operand: u32 = load<u8>(stage, 5);
    read(walkerOf(operand), tensorOf(table, operand), to, words);
    return;
  }
  const a = address(load<u8>(stage, 5));
  const b = address(load<u8>(stage, 6));
  const c = address(load<u8>(stage, 7));
  const bytes = (<usize>((words + 7) & ~7)) << 2;
  if (code < LOAD) apply(code, to, a, b, c, bytes);
  else if (code >= PAIRS) applyPair(code - PAIRS, to, a, b, c, bytes);
  else if (code == SPREAD) spreadRows(to, a, rows, columns);
  else if (code == CANONICALISE) canonicalise(to, words);
  else if (code == STORE) copyRun(to, a, 1, words);
  else foldRows(code - FOLDS, to, a, b, rows, columns);
}

export function fused(record: usize, table: usize, _out: usize, _context: usize): void {
  const stages = openAll(record, table);
  const end = stages + PAIR_BYTES * load<u32>(record, 4);
  const pastRow = load<u32>(record, 12);
  const rowsPerTile = load<u32>(record, 20);
  for (let row = load<u32>(record, 8); row < pastRow; row += rowsPerTile) {
    const rows = min<u32>(rowsPerTile, pastRow - row);
    for (let stage = stages; stage < end; stage += PAIR_BYTES) runStage(record, table, stage, rows);
    moveOn(record, rows);
  }
}
