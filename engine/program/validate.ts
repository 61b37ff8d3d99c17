import {
  dtypeCodes,
  firstResult,
  foldCodes,
  immediate,
  kindCodes,
  mapFunctionOf,
  mapSignatures,
  nameOf,
  sampleCodes,
  spaceCodes,
} from "./codes.ts";
import { declaredTensor, extentProduct } from "./declared.ts";
import type { DeclaredTensor } from "./declared.ts";
import { maxWords, readHeader, readRecord } from "./layout.ts";
import type { GuardWords, OperandWords, ProgramHeader, RecordWords } from "./layout.ts";
import { rulesOf } from "./rules.ts";
import type { KindRules } from "./rules.ts";
import type { OperatorKind } from "./types.ts";

const { f32, i32 } = dtypeCodes;

/** SPEC: spec/program.md, Validation. The index of a name is its code. */
export const validationNames = [
  "Ok",
  "Header",
  "Length",
  "Kind",
  "Fn",
  "Dtype",
  "Rank",
  "Extent",
  "Count",
  "Unused",
  "Parameter",
  "Reference",
  "Source",
  "OperandDtype",
  "Guard",
  "Address",
  "Instruction",
  "State",
] as const;
export type ValidationName = (typeof validationNames)[number];
/** 0 to 17; 0 is Ok. */
export type ValidationCode = number;

function within(value: number, [least, greatest]: readonly [number, number]): boolean {
  return value >= least && value <= greatest;
}

/** Everything that the checks read. */
interface Subject {
  readonly header: ProgramHeader;
  /** Index of the operator. */
  readonly j: number;
  readonly record: RecordWords;
  readonly kind: OperatorKind;
  readonly rules: KindRules;
}

function readsWholeSource({ kind, record }: Subject): boolean {
  return kind === "Schedule" || (kind === "Sample" && record.fn === sampleCodes.dataset);
}

function countsAllowed({ record, kind, rules }: Subject): boolean {
  return (
    within(record.operands.length, rules.operands) &&
    within(record.instructions.length, rules.instructions) &&
    record.guards.every((list, piece) => list.length <= (kind === "View" && piece < record.operands.length ? 3 : 0))
  );
}

function unusedAreZero(subject: Subject): boolean {
  const { record, rules } = subject;
  const idle = (values: readonly number[]) => values.slice(record.rank).every((value) => value === 0);
  const idleParameters = (["k", "l", "aux0", "aux1", "fill"] as const).filter((name) => !rules.uses.includes(name));
  const whole = readsWholeSource(subject);
  return (
    record.reserved === 0 &&
    idle(record.extents) &&
    idleParameters.every((name) => record[name] === 0) &&
    record.operands.every(({ strides }) => idle(strides)) &&
    record.guards.flat().every(({ coefficients }) => idle(coefficients)) &&
    (!whole || record.operands.every(({ offset, strides }) => offset === 0 && strides.every((stride) => stride === 0)))
  );
}

function parametersInRange({ header, record, kind, rules }: Subject): boolean {
  if (rules.maxK > 0 && !within(record.k, [1, rules.maxK])) return false;
  const [positions] = record.extents as [number];
  switch (kind) {
    case "Sample":
      return record.fn !== sampleCodes.dataset || record.aux0 + positions <= header.batch;
    case "Fold":
      return record.l === 0 || Math.ceil(record.l / record.k) === record.extents[record.rank - 1];
    case "Gather":
      return record.aux0 >= 1;
    case "Scatter":
      return record.aux0 < record.rank;
    default:
      return true;
  }
}

function referenceAllowed({ header, j, rules }: Subject, { space, index }: OperandWords): boolean {
  if (!rules.spaces.includes(space)) return false;
  switch (space) {
    case spaceCodes.state:
      return index < header.states;
    case spaceCodes.field:
      return index < header.fields;
    case spaceCodes.constant:
      return index < header.constants;
    default:
      return index < j;
  }
}

function operandDtypesAllowed({ record, kind }: Subject, sources: readonly DeclaredTensor[]): boolean {
  const [first] = sources as [DeclaredTensor];
  const dtypes = sources.map(({ dtype }) => dtype);
  switch (kind) {
    case "Sample":
      return record.fn === sampleCodes.random || (first.dtype === record.dtype && first.words === record.extents[1]);
    case "Schedule":
      return first.dtype === record.dtype && first.words % record.extents[0]! === 0;
    case "View":
      return dtypes.every((dtype) => dtype === record.dtype);
    case "Map":
      return true;
    case "Gather":
      return dtypes[0] === record.dtype && dtypes[1] === i32;
    case "Scatter":
      return dtypes.every((dtype, operand) => dtype === (operand === 1 ? i32 : f32));
    default:
      return dtypes.every((dtype) => dtype === f32);
  }
}

/** Σ |factor|·(extent−1) over the used axes. */
function reach({ record }: Subject, factors: readonly number[]): bigint {
  return record.extents
    .slice(0, record.rank)
    .reduce((sum, extent, axis) => sum + BigInt(Math.abs(factors[axis]!)) * BigInt(extent - 1), 0n);
}

function guardAllowed(subject: Subject, guard: GuardWords): boolean {
  const greatest = BigInt(Math.abs(guard.offset)) + reach(subject, guard.coefficients);
  return guard.divisor !== 0 && greatest < BigInt(maxWords);
}

/** Consecutive words that operand `operand` reads from its greatest address. */
function lastRun({ record, kind }: Subject, operand: number): number {
  const runs = kind === "Dot" || kind === "Scatter" || (kind === "Fold" && record.fn === foldCodes.dot) ? 2 : 1;
  if (record.k === 0 || operand >= runs) return 1;
  return record.l === 0 ? record.k : record.l - (record.extents[record.rank - 1]! - 1) * record.k;
}

/** Whether operand `operand` is one of a Fold's runs in the blocked form. */
function isBlockedRun({ record, kind }: Subject, operand: number): boolean {
  return kind === "Fold" && record.l > 0 && operand < (record.fn === foldCodes.dot ? 2 : 1);
}

function addressesInside(subject: Subject, operand: number, source: DeclaredTensor): boolean {
  const { record, kind } = subject;
  const { offset, strides } = record.operands[operand]!;
  if (isBlockedRun(subject, operand) && strides[record.rank - 1] !== record.k) return false;
  let greatest = BigInt(offset) + reach(subject, strides) + BigInt(lastRun(subject, operand) - 1);
  for (const guard of record.guards[operand] ?? []) {
    if (guard.bound > 0) greatest += BigInt(guard.bound - 1) * BigInt(guard.stride);
  }
  if (kind === "Gather" && operand === 0) greatest += BigInt(record.aux0 - 1) * BigInt(record.aux1);
  return greatest < BigInt(source.words);
}

function instructionsAllowed({ record }: Subject, sources: readonly DeclaredTensor[]): boolean {
  const results: number[] = [];
  /** dtype code of an argument, 0 for imm (any), undefined if there is no such argument. */
  const typeOf = (argument: number) =>
    argument === immediate ? 0 : argument < firstResult ? sources[argument]?.dtype : results[argument - firstResult];
  for (const { fn, arguments: all, imm } of record.instructions) {
    const name = mapFunctionOf(fn);
    if (name === undefined) return false;
    const { arity, takes, gives } = mapSignatures[name];
    const used = all.slice(0, arity);
    const typed = used.map(typeOf).every((dtype) => dtype === 0 || dtype === dtypeCodes[takes]);
    const unusedZero = all.slice(arity).every((argument) => argument === 0);
    if (!typed || !unusedZero || (imm !== 0 && !used.includes(immediate))) return false;
    results.push(dtypeCodes[gives]);
  }
  return record.instructions.length === 0 || results.at(-1) === record.dtype;
}

/** Codes 1 to 11: what the record says by itself. A number is the code that refuses it. */
function checkAlone(headerRecord: Uint8Array, j: number, bytes: Uint8Array): Subject | ValidationCode {
  const header = readHeader(headerRecord);
  if (header === null || j >= header.operators) return 1;
  const record = readRecord(bytes);
  if (record === null) return 2;
  const kind = nameOf(kindCodes, record.kind);
  if (kind === undefined) return 3;
  const functions = kind === "Sample" ? Object.values(sampleCodes) : kind === "Fold" ? Object.values(foldCodes) : [0];
  if (!functions.includes(record.fn)) return 4;
  const rules = rulesOf(kind, record.fn);
  const subject: Subject = { header, j, record, kind, rules };
  if (!rules.dtypes.includes(record.dtype)) return 5;
  if (!within(record.rank, rules.ranks)) return 6;
  if (extentProduct(record.extents, record.rank) === 0) return 7;
  if (!countsAllowed(subject)) return 8;
  if (!unusedAreZero(subject)) return 9;
  if (!parametersInRange(subject)) return 10;
  if (!record.operands.every((operand) => referenceAllowed(subject, operand))) return 11;
  return subject;
}

/** Codes 12 to 17: what the record says about the tensors that it reads and produces. */
function checkSources(subject: Subject, sourceRecords: readonly Uint8Array[]): ValidationCode {
  const { header, j, record } = subject;
  const producesState = j >= header.operators - header.states;
  const sources = sourceRecords.slice(0, record.operands.length).map(declaredTensor);
  const declared = sources.filter((source) => source !== null);
  if (sourceRecords.length < record.operands.length + (producesState ? 1 : 0)) return 12;
  if (declared.length < sources.length) return 12;
  if (!operandDtypesAllowed(subject, declared)) return 13;
  if (!record.guards.flat().every((guard) => guardAllowed(subject, guard))) return 14;
  if (!declared.every((source, operand) => addressesInside(subject, operand, source))) return 15;
  if (!instructionsAllowed(subject, declared)) return 16;
  if (!producesState) return 0;
  const state = declaredTensor(sourceRecords[record.operands.length]!);
  const words = extentProduct(record.extents, record.rank);
  return state !== null && state.dtype === record.dtype && state.words === words ? 0 : 17;
}

/**
 * Validates the record of operator j. SPEC: spec/program.md, Validation: the first code that applies, 0 if none does.
 *
 * @param header 32 bytes
 * @param sources the records that its operands name, then the declaration of the state that it produces, if any
 */
export function validateRecord(
  header: Uint8Array,
  j: number,
  record: Uint8Array,
  sources: readonly Uint8Array[],
): ValidationCode {
  const subject = checkAlone(header, j, record);
  return typeof subject === "number" ? subject : checkSources(subject, sources);
}
