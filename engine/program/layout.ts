import { readI32, readU32 } from "../../common/index.ts";

/** Where the words of headers and records stand. SPEC: spec/program.md. Offsets and sizes in bytes. */

export const headerBytes = 32;
export const declarationBytes = 64;
export const operatorHeaderBytes = 64;
export const operandBytes = 40;
export const guardBytes = 48;
export const instructionBytes = 8;
export const maxRank = 8;

/** Bounds of a header's counts. */
export const limits = { states: 4096, fields: 256, constants: 65535, operators: 65535, batch: 2 ** 20 } as const;

/** Words of a tensor, and product of extents, stay below this. */
export const maxWords = 2 ** 31;

export interface ProgramHeader {
  readonly states: number;
  readonly fields: number;
  readonly constants: number;
  readonly operators: number;
  /** Positions of one step. */
  readonly batch: number;
}

/** The header's counts, or null if it is invalid. */
export function readHeader(header: Uint8Array): ProgramHeader | null {
  if (header.length !== headerBytes) return null;
  const word = (index: number) => readU32(header, index * 4);
  const [states, fields, constants, operators, batch] = [word(1), word(2), word(3), word(4), word(5)];
  const valid =
    word(0) === 1 &&
    states >= 1 &&
    states <= limits.states &&
    fields <= limits.fields &&
    constants <= limits.constants &&
    operators >= states &&
    operators <= limits.operators &&
    batch >= 1 &&
    batch <= limits.batch &&
    word(6) === 0 &&
    word(7) === 0;
  return valid ? { states, fields, constants, operators, batch } : null;
}

export interface OperandWords {
  /** Space code. */
  readonly space: number;
  readonly index: number;
  readonly offset: number;
  /** Eight of them. */
  readonly strides: readonly number[];
}

export interface GuardWords {
  readonly offset: number;
  /** Eight of them. */
  readonly coefficients: readonly number[];
  readonly divisor: number;
  readonly bound: number;
  readonly stride: number;
}

export interface InstructionWords {
  /** Function code. */
  readonly fn: number;
  readonly arguments: readonly [number, number, number];
  readonly imm: number;
}

/** The words of an operator record, as they stand: nothing is checked but the length. */
export interface RecordWords {
  readonly kind: number;
  readonly fn: number;
  readonly rank: number;
  readonly dtype: number;
  /** Word 2. */
  readonly reserved: number;
  readonly k: number;
  readonly l: number;
  readonly aux0: number;
  readonly aux1: number;
  /** Eight of them. */
  readonly extents: readonly number[];
  readonly fill: number;
  readonly operands: readonly OperandWords[];
  /** Guards of pieces 0 to 3. */
  readonly guards: readonly (readonly GuardWords[])[];
  readonly instructions: readonly InstructionWords[];
}

/** Length that the counts of an operator record give it, in bytes. The record has at least 8 bytes. */
export function recordLength(record: Uint8Array): number {
  const counts = readU32(record, 4);
  const guards = guardCounts(counts).reduce((total, count) => total + count, 0);
  const operands = counts & 0xff;
  const instructions = (counts >> 8) & 0xff;
  return operatorHeaderBytes + operandBytes * operands + guardBytes * guards + instructionBytes * instructions;
}

function guardCounts(counts: number): number[] {
  return [16, 20, 24, 28].map((shift) => (counts >>> shift) & 0xf);
}

function eight(read: (record: Uint8Array, offset: number) => number, record: Uint8Array, offset: number): number[] {
  return Array.from({ length: maxRank }, (_, axis) => read(record, offset + 4 * axis));
}

function readOperand(record: Uint8Array, at: number): OperandWords {
  const ref = readU32(record, at);
  return {
    space: ref >>> 28,
    index: ref & 0x0fffffff,
    offset: readU32(record, at + 4),
    strides: eight(readU32, record, at + 8),
  };
}

function readGuard(record: Uint8Array, at: number): GuardWords {
  return {
    offset: readI32(record, at),
    coefficients: eight(readI32, record, at + 4),
    divisor: readU32(record, at + 36),
    bound: readU32(record, at + 40),
    stride: readU32(record, at + 44),
  };
}

function readInstruction(record: Uint8Array, at: number): InstructionWords {
  const [fn, a, b, c] = record.subarray(at, at + 4);
  return { fn: fn!, arguments: [a!, b!, c!], imm: readU32(record, at + 4) };
}

/** Reads a record; null if it is shorter than its header or its length is not the one that its counts give. */
export function readRecord(record: Uint8Array): RecordWords | null {
  if (record.length < operatorHeaderBytes || record.length !== recordLength(record)) return null;
  const counts = readU32(record, 4);
  let at = operatorHeaderBytes;
  const take = <T>(count: number, bytes: number, read: (record: Uint8Array, at: number) => T): T[] =>
    Array.from({ length: count }, () => {
      at += bytes;
      return read(record, at - bytes);
    });
  return {
    kind: record[0]!,
    fn: record[1]!,
    rank: record[2]!,
    dtype: record[3]!,
    reserved: readU32(record, 8),
    k: readU32(record, 12),
    l: readU32(record, 16),
    aux0: readU32(record, 20),
    aux1: readU32(record, 24),
    extents: eight(readU32, record, 28),
    fill: readU32(record, 60),
    // ORDER: the three lists stand one after another, so they are read in this order.
    operands: take(counts & 0xff, operandBytes, readOperand),
    guards: guardCounts(counts).map((count) => take(count, guardBytes, readGuard)),
    instructions: take((counts >> 8) & 0xff, instructionBytes, readInstruction),
  };
}
