/** Reads operator records where they lie: the canonical encoding is the kernel's descriptor. SPEC: spec/program.md. */

export const F32: u32 = 1;

const HEADER_BYTES: usize = 64;
const OPERAND_BYTES: usize = 40;
const GUARD_BYTES: usize = 48;
const INSTRUCTION_BYTES: usize = 8;

export function fnOf(record: usize): u32 {
  return load<u8>(record, 1);
}
export function rankOf(record: usize): u32 {
  return load<u8>(record, 2);
}
export function isF32(record: usize): bool {
  return load<u8>(record, 3) == F32;
}
export function operandCount(record: usize): u32 {
  return load<u8>(record, 4);
}
export function instructionCount(record: usize): u32 {
  return load<u8>(record, 5);
}
export function guardCount(record: usize, piece: u32): u32 {
  return ((<u32>load<u16>(record, 6)) >> (piece * 4)) & 15;
}
export function kOf(record: usize): u32 {
  return load<u32>(record, 12);
}
export function lOf(record: usize): u32 {
  return load<u32>(record, 16);
}
export function aux0Of(record: usize): u32 {
  return load<u32>(record, 20);
}
export function aux1Of(record: usize): u32 {
  return load<u32>(record, 24);
}
/** Words from one word of a Dot's or Fold's run to the next: engine/kernels/wasm/turned.ts. */
export function runStepOf(record: usize, operand: u32): u32 {
  return max<u32>(1, load<u32>(record + (operand << 2), 20));
}
/** The record of the View through which runs are read, or 0: engine/kernels/wasm/turned.ts. */
export function windowOf(record: usize): usize {
  const bytes = load<u32>(record, 60);
  return bytes == 0 ? 0 : record + bytes;
}
export function extentsOf(record: usize): usize {
  return record + 28;
}
export function extentOf(record: usize, axis: u32): u32 {
  return load<u32>(record + 28 + (axis << 2));
}
export function fillOf(record: usize): u32 {
  return load<u32>(record, 60);
}

/** Words of the output: the product of the extents. */
export function outputWords(record: usize): u32 {
  let words: u32 = 1;
  for (let axis: u32 = 0; axis < rankOf(record); axis++) words *= extentOf(record, axis);
  return words;
}

export function operandOffset(record: usize, operand: u32): u32 {
  return load<u32>(record + HEADER_BYTES + OPERAND_BYTES * operand, 4);
}
export function operandStrides(record: usize, operand: u32): usize {
  return record + HEADER_BYTES + OPERAND_BYTES * operand + 8;
}

export function firstGuard(record: usize): usize {
  return record + HEADER_BYTES + OPERAND_BYTES * operandCount(record);
}
export function guardAt(first: usize, index: u32): usize {
  return first + GUARD_BYTES * index;
}
export function guardOffset(guard: usize): i32 {
  return load<i32>(guard);
}
export function guardCoefficients(guard: usize): usize {
  return guard + 4;
}
export function guardDivisor(guard: usize): u32 {
  return load<u32>(guard, 36);
}
export function guardBound(guard: usize): u32 {
  return load<u32>(guard, 40);
}
export function guardStride(guard: usize): u32 {
  return load<u32>(guard, 44);
}

/** Instructions of a Map, which has no guards. */
export function instructionAt(record: usize, index: u32): usize {
  return record + HEADER_BYTES + OPERAND_BYTES * operandCount(record) + INSTRUCTION_BYTES * index;
}

/** The executor's table beside a record: four words for each operand. */
export function tensorOf(operands: usize, operand: u32): usize {
  return load<usize>(operands + (operand << 4));
}
export function tensorWords(operands: usize, operand: u32): u32 {
  return load<u32>(operands + (operand << 4), 4);
}
/** Words between the samples of a field. */
export function fieldStride(operands: usize, operand: u32): u32 {
  return load<u32>(operands + (operand << 4), 8);
}

/** What a step needs beside its state. */
export function stepOf(context: usize): u32 {
  return load<u32>(context);
}
export function seedOf(context: usize): u32 {
  return load<u32>(context, 4);
}
export function isShuffled(context: usize): bool {
  return load<u32>(context, 8) != 0;
}
export function batchOf(context: usize): u32 {
  return load<u32>(context, 12);
}
export function samplesOf(context: usize): u32 {
  return load<u32>(context, 16);
}
