import { u32Bytes, type Prng } from "../../../common/index.ts";
import type { EncodedProgram, Program } from "../../../engine/index.ts";

/** What a validator is asked. */
export interface Question {
  readonly header: Uint8Array;
  readonly operator: number;
  readonly record: Uint8Array;
  readonly sources: readonly Uint8Array[];
}

/** A valid question for every operator of a program. */
export function questionsOf({ header, records }: EncodedProgram, program: Program): Question[] {
  const { states, fields, constants, operators } = program;
  const fieldsFrom = states.length;
  const constantsFrom = fieldsFrom + fields.length;
  const operatorsFrom = constantsFrom + constants.length;
  const first = { state: 0, field: fieldsFrom, constant: constantsFrom, operator: operatorsFrom };
  return operators.map((op, operator) => {
    const leaves = op.operands.map(({ ref }) => first[ref.space] + ref.index);
    const state = operator - (operators.length - states.length);
    if (state >= 0) leaves.push(state);
    return {
      header,
      operator,
      record: records[operatorsFrom + operator]!,
      sources: leaves.map((leaf) => records[leaf]!),
    };
  });
}

const words = [
  0,
  1,
  2,
  3,
  4,
  5,
  8,
  9,
  16,
  17,
  24,
  25,
  255,
  256,
  1024,
  1025,
  4096,
  4097,
  65535,
  65536,
  2 ** 20,
  2 ** 20 + 1,
];
const bounds = [
  0x0fffffff, 0x10000000, 0x20000000, 0x30000000, 0x40000000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
];
const interesting = [...words, ...bounds];

/** Another word near, far, or at a limit. */
function changedWord(random: Prng, word: number): number {
  switch (random.below(5)) {
    case 0:
      return random.pick(interesting);
    case 1:
      return (word + random.below(5) - 2) >>> 0;
    case 2:
      return (word ^ (1 << random.below(32))) >>> 0;
    case 3:
      return ((word & ~(0xff << (8 * random.below(4)))) | (random.below(41) << (8 * random.below(4)))) >>> 0;
    default:
      return random.u32() >>> random.below(32);
  }
}

/** A word of the bytes changed: mostly one that is not zero, since a word that should be zero is soon found out. */
function withWord(random: Prng, bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) return bytes;
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  const all = Array.from({ length: bytes.length >> 2 }, (_, index) => index * 4);
  const used = all.filter((at) => view.getUint32(at) !== 0);
  const at = random.pick(random.below(10) === 0 || used.length === 0 ? all : used);
  view.setUint32(at, changedWord(random, view.getUint32(at, true)), true);
  return copy;
}

/** Cut off or extended by some bytes. */
function withLength(random: Prng, bytes: Uint8Array): Uint8Array {
  const change = random.pick([-64, -40, -8, -4, -1, 1, 4, 8, 40, 48, 64]);
  const copy = new Uint8Array(Math.max(0, bytes.length + change));
  copy.set(bytes.subarray(0, copy.length));
  return copy;
}

/** Counts of operands, instructions or guards changed together with the length, so that the record stays readable. */
function withCounts(random: Prng, record: Uint8Array): Uint8Array {
  const [operands, instructions] = [random.below(8), random.below(27)];
  const guards = Array.from({ length: 4 }, () => random.pick([0, 0, 0, 1, 3, 4]));
  const total = guards.reduce((sum, count) => sum + count, 0);
  const copy = new Uint8Array(64 + 40 * operands + 48 * total + 8 * instructions);
  copy.set(record.subarray(0, copy.length));
  const nibbles = guards.reduce((sum, count, piece) => sum + count * 16 ** piece, 0);
  copy.set(u32Bytes((operands | (instructions << 8) | (nibbles << 16)) >>> 0), 4);
  return copy;
}

function replaced<T>(items: readonly T[], index: number, item: T): T[] {
  return items.map((old, i) => (i === index ? item : old));
}

/** The question with one thing changed. @param others records that a source may be exchanged for */
export function mutated(random: Prng, question: Question, others: readonly Uint8Array[]): Question {
  const { header, operator, record, sources } = question;
  const source = random.below(Math.max(1, sources.length));
  switch (random.below(16)) {
    case 0:
      return { ...question, header: withWord(random, header) };
    case 1:
      return {
        ...question,
        operator: random.pick([operator - 1, operator + 1, operator + 3, 0, 65535].filter((j) => j >= 0)),
      };
    case 2:
      return { ...question, record: withLength(random, record) };
    case 3:
      return { ...question, record: withCounts(random, record) };
    case 4:
      return { ...question, sources: random.below(2) === 0 ? sources.slice(0, -1) : [...sources, random.pick(others)] };
    case 5:
      return { ...question, sources: replaced(sources, source, random.pick(others)) };
    case 6:
      return { ...question, sources: replaced(sources, source, withWord(random, sources[source] ?? record)) };
    case 7:
      return { ...question, sources: replaced(sources, source, withLength(random, sources[source] ?? record)) };
    default:
      return { ...question, record: withWord(random, record) };
  }
}
