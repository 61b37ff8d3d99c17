import { OperatorError, equalBytes, readU32 } from "../../common/index.ts";
import {
  declarationCodes,
  dtypeCodes,
  foldCodes,
  kindCodes,
  mapFunctionOf,
  nameOf,
  sampleCodes,
  spaceCodes,
} from "./codes.ts";
import { encodeConstantDeclaration, encodeFieldDeclaration, encodeProgram, encodeStateDeclaration } from "./encode.ts";
import { declaredTensor } from "./declared.ts";
import { declarationBytes, headerBytes, operatorHeaderBytes, readHeader, readRecord, recordLength } from "./layout.ts";
import type { InstructionWords, ProgramHeader, RecordWords } from "./layout.ts";
import type {
  ConstantDeclaration,
  Dtype,
  FieldDeclaration,
  Instruction,
  Operand,
  Operator,
  Program,
  StateDeclaration,
} from "./types.ts";
import { validateRecords } from "./validate-program.ts";

function malformed(message: string, facts: Record<string, unknown>): OperatorError {
  return new OperatorError("malformed-program", message, facts);
}

/** The name behind a code. @throws OperatorError `malformed-program` if it has none */
function named<Name extends string>(what: string, codes: Readonly<Record<Name, number>>, code: number): Name {
  const name = nameOf(codes, code);
  if (name === undefined) throw malformed(`The program has an unknown ${what}.`, { [what]: code });
  return name;
}

function decodeInstruction(words: InstructionWords): Instruction {
  const fn = mapFunctionOf(words.fn);
  if (fn === undefined) throw malformed("The program has an unknown Map function.", { fn: words.fn });
  const [a, b, c] = words.arguments;
  return { fn, a, b, c, imm: words.imm };
}

function decodeOperands(words: RecordWords): Operand[] {
  return words.operands.map(({ space, index, offset, strides }) => ({
    ref: { space: named("space", spaceCodes, space), index },
    offset,
    strides: strides.slice(0, words.rank),
  }));
}

function decodeGuards(words: RecordWords) {
  return words.guards
    .slice(0, words.operands.length)
    .map((list) => list.map((guard) => ({ ...guard, coefficients: guard.coefficients.slice(0, words.rank) })));
}

/**
 * The operator of a record. Only what a name needs is checked; `validateRecord` says whether the record is valid, and only
 * of a valid record is `encodeOperator` the inverse.
 * @throws OperatorError `malformed-program`
 */
export function decodeOperator(record: Uint8Array): Operator {
  const words = readRecord(record);
  if (words === null) throw malformed("An operator record has the wrong length.", { bytes: record.length });
  const kind = named("kind", kindCodes, words.kind);
  const dtype: Dtype = named("dtype", dtypeCodes, words.dtype);
  const { k, l, aux0, aux1, fill } = words;
  const base = { dtype, extents: words.extents.slice(0, words.rank), operands: decodeOperands(words) };
  switch (kind) {
    case "Sample": {
      const fn = named("fn", sampleCodes, words.fn);
      return fn === "dataset" ? { kind, fn, ...base, basePosition: aux0 } : { kind, fn, ...base, stream: aux0 };
    }
    case "Schedule":
      return { kind, ...base };
    case "View":
      return { kind, ...base, guards: decodeGuards(words), fill };
    case "Map":
      return { kind, ...base, instructions: words.instructions.map(decodeInstruction) };
    case "Dot":
      return { kind, ...base, k };
    case "Fold":
      return { kind, fn: named("fn", foldCodes, words.fn), ...base, k, l };
    case "Gather":
      return { kind, ...base, rows: aux0, rowStride: aux1 };
    case "Scatter":
      return { kind, ...base, axis: aux0, k };
  }
}

/** Cuts the file form into the records that its counts give. */
function cutRecords(bytes: Uint8Array, header: ProgramHeader): Uint8Array[] {
  const declarations = header.states + header.fields + header.constants;
  const records: Uint8Array[] = [];
  let at = headerBytes;
  for (let leaf = 0; leaf < declarations + header.operators; leaf++) {
    const least = leaf < declarations ? declarationBytes : operatorHeaderBytes;
    const rest = bytes.subarray(at);
    const length = leaf < declarations || rest.length < least ? least : recordLength(rest);
    if (rest.length < length) throw malformed("The program's bytes end too early.", { bytes: bytes.length, leaf });
    records.push(rest.slice(0, length));
    at += length;
  }
  if (at !== bytes.length) throw malformed("The program's bytes go on past its records.", { bytes: bytes.length, at });
  return records;
}

/** Decodes declarations of one kind; each must be canonical, so that one program has one root. */
function decodeDeclarations<Declaration>(
  records: readonly Uint8Array[],
  kind: keyof typeof declarationCodes,
  decode: (dtype: Dtype, words: number, root: Uint8Array) => Declaration,
  encode: (declaration: Declaration) => Uint8Array,
): Declaration[] {
  return records.map((record, index) => {
    const tensor = record[0] === declarationCodes[kind] ? declaredTensor(record) : null;
    const declaration =
      tensor && decode(named("dtype", dtypeCodes, tensor.dtype), readU32(record, 12), record.slice(32));
    if (declaration === null || !equalBytes(encode(declaration), record)) {
      throw malformed(`The declaration of ${kind} ${index} is malformed.`, { kind, index });
    }
    return declaration;
  });
}

/**
 * Reads and validates the file form of a program: header, declarations, operators. The result encodes to the same bytes.
 * @throws OperatorError `malformed-program`, or `invalid-program` with the validation code
 */
export function decodeProgram(bytes: Uint8Array): Program {
  const headerRecord = bytes.slice(0, headerBytes);
  const header = readHeader(headerRecord);
  if (header === null) {
    throw new OperatorError("invalid-program", "The program's header is invalid.", { code: 1, name: "Header" });
  }
  const records = cutRecords(bytes, header);
  let next = 0;
  const take = (count: number) => records.slice(next, (next += count));
  const states = decodeDeclarations<StateDeclaration>(
    take(header.states),
    "state",
    (dtype, words) => ({ dtype, words }),
    encodeStateDeclaration,
  );
  const fields = decodeDeclarations<FieldDeclaration>(
    take(header.fields),
    "field",
    (dtype, length) => ({ dtype, length }),
    encodeFieldDeclaration,
  );
  const constants = decodeDeclarations<ConstantDeclaration>(
    take(header.constants),
    "constant",
    (dtype, words, root) => ({ dtype, words, root }),
    encodeConstantDeclaration,
  );
  validateRecords(headerRecord, records);
  const operators = take(header.operators).map(decodeOperator);
  const program = { states, fields, constants, operators, batch: header.batch };
  // INVARIANT: a valid record is canonical, so the decoded program has the root of the bytes it came from.
  if (!equalBytes(encodeProgram(program).bytes, bytes)) {
    throw malformed("The program is not in its canonical form.", { bytes: bytes.length });
  }
  return program;
}
