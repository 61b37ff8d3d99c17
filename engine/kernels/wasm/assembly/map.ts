import { apply } from "./apply";
import {
  instructionAt,
  instructionCount,
  isF32,
  operandCount,
  operandOffset,
  operandStrides,
  outputWords,
  tensorOf,
} from "./record";
import { scratch } from "./scratch";
import { WALKER_BYTES, addFunction, collapse, innerCoefficient, open, read, value, walkerRank } from "./walker";
import { canonicalise, fillRun } from "./words";

/** Words of a tile: a handful of them stay in the nearest cache. */
const TILE: u32 = 512;
const TILE_BYTES: usize = 2048;

const OPERANDS: u32 = 6;
const INSTRUCTIONS: u32 = 24;
const IMMEDIATE: u32 = 255;
const FIRST_RESULT: u32 = 16;

/** How an operand reaches its tile: read in place, the same for every tile, or copied for each. */
const IN_PLACE: u32 = 0;
const UNIFORM: u32 = 1;
const COPIED: u32 = 2;

// Layout of the scratch: per operand a walker, a pointer and a mode; then the tiles.
function walkerOf(operand: u32): usize {
  return scratch() + WALKER_BYTES * operand;
}
function pointerOf(operand: u32): usize {
  return scratch() + WALKER_BYTES * OPERANDS + (operand << 2);
}
function modeOf(operand: u32): usize {
  return pointerOf(operand) + 32;
}
function tile(index: u32): usize {
  return scratch() + 8192 + TILE_BYTES * index;
}
function resultTile(instruction: u32): usize {
  return tile(OPERANDS + instruction);
}
function immediateTile(instruction: u32): usize {
  return tile(OPERANDS + INSTRUCTIONS + instruction);
}

function openOperand(record: usize, operands: usize, i: u32): void {
  const walker = walkerOf(i);
  open(walker, record);
  addFunction(walker, operandOffset(record, i), operandStrides(record, i));
  collapse(walker, false);
  const flat = walkerRank(walker) == 1;
  const stride = innerCoefficient(walker, 0);
  const first = tensorOf(operands, i) + (value(walker, 0) << 2);
  if (flat && stride == 0) fillRun(tile(i), load<u32>(first), TILE);
  store<u32>(modeOf(i), flat && stride == 1 ? IN_PLACE : flat && stride == 0 ? UNIFORM : COPIED);
  store<usize>(pointerOf(i), flat && stride == 1 ? first : tile(i));
}

function argument(code: u32, instruction: u32): usize {
  if (code == IMMEDIATE) return immediateTile(instruction);
  return code >= FIRST_RESULT ? resultTile(code - FIRST_RESULT) : load<usize>(pointerOf(code));
}

/** Evaluates all instructions on the tile that the pointers name; the last one writes `bytes` to `out`. */
function applyAll(record: usize, out: usize, bytes: usize): void {
  const instructions = instructionCount(record);
  for (let i: u32 = 0; i < instructions; i++) {
    const at = instructionAt(record, i);
    const to = i == instructions - 1 ? out : resultTile(i);
    const a = argument(load<u8>(at, 1), i);
    apply(load<u8>(at), to, a, argument(load<u8>(at, 2), i), argument(load<u8>(at, 3), i), bytes);
  }
}

/**
 * SPEC: Map. Tile by tile, each instruction over a whole tile. Naive twin: engine/kernels/reference/map.ts.
 * ASSUMES: 28 bytes past the output may be written and past an operand read.
 */
export function map(record: usize, operands: usize, out: usize, _context: usize): void {
  const words = outputWords(record);
  const count = operandCount(record);
  for (let i: u32 = 0; i < count; i++) openOperand(record, operands, i);
  for (let i: u32 = 0; i < instructionCount(record); i++)
    fillRun(immediateTile(i), load<u32>(instructionAt(record, i), 4), TILE);

  for (let done: u32 = 0; done < words; done += TILE) {
    const run = min<u32>(TILE, words - done);
    for (let i: u32 = 0; i < count; i++) {
      if (load<u32>(modeOf(i)) == COPIED) read(walkerOf(i), tensorOf(operands, i), tile(i), run);
    }
    applyAll(record, out, ((run + 7) & ~7) << 2);
    if (isF32(record)) canonicalise(out, run);
    out += (<usize>run) << 2;
    for (let i: u32 = 0; i < count; i++) {
      if (load<u32>(modeOf(i)) == IN_PLACE) store<usize>(pointerOf(i), load<usize>(pointerOf(i)) + TILE_BYTES);
    }
  }
}
