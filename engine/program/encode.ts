import { OperatorError, concatBytes, u32Bytes } from "../../common/index.ts";
import { declarationCodes, dtypeCodes, foldCodes, kindCodes, mapSignatures, sampleCodes, spaceCodes } from "./codes.ts";
import { maxRank } from "./layout.ts";
import type {
  ConstantDeclaration,
  FieldDeclaration,
  Guard,
  Instruction,
  Operand,
  Operator,
  Program,
  StateDeclaration,
} from "./types.ts";

/** The bytes of a program. SPEC: spec/program.md. */
export interface EncodedProgram {
  /** 32 bytes. */
  readonly header: Uint8Array;
  /** States, fields, constants, operators: the leaves of the record tree. */
  readonly records: readonly Uint8Array[];
  /** The file form: the header and all records. */
  readonly bytes: Uint8Array;
}

function unencodable(what: string, value: unknown): OperatorError {
  return new OperatorError("unencodable", `The program's ${what} does not fit its encoding; compile it anew.`, {
    value,
  });
}

/** An unsigned word, or a smaller field of `bits` bits. */
function unsigned(what: string, value: number, bits = 32): number {
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) throw unencodable(what, value);
  return value;
}

function signed(what: string, value: number): number {
  if (!Number.isInteger(value) || value < -(2 ** 31) || value >= 2 ** 31) throw unencodable(what, value);
  return value >>> 0;
}

/** One word per axis, filled up to eight with zeros. */
function perAxis(what: string, values: readonly number[], axes: number, word = unsigned): number[] {
  if (values.length !== axes || axes > maxRank) throw unencodable(what, values);
  return [...values.map((value) => word(what, value)), ...Array.from({ length: maxRank - axes }, () => 0)];
}

function operandWords(operand: Operand, rank: number): number[] {
  const index = unsigned("reference", operand.ref.index, 28);
  const ref = ((spaceCodes[operand.ref.space] << 28) | index) >>> 0;
  return [ref, unsigned("offset", operand.offset), ...perAxis("strides", operand.strides, rank)];
}

function guardWords(guard: Guard, rank: number): number[] {
  return [
    signed("guard offset", guard.offset),
    ...perAxis("coefficients", guard.coefficients, rank, signed),
    unsigned("divisor", guard.divisor),
    unsigned("bound", guard.bound),
    unsigned("guard stride", guard.stride),
  ];
}

function instructionWords({ fn, a, b, c, imm }: Instruction): number[] {
  const [first, second, third] = [a, b, c].map((argument) => unsigned("argument", argument, 8));
  const word = mapSignatures[fn].code | (first! << 8) | (second! << 16) | (third! << 24);
  return [word >>> 0, unsigned("immediate", imm)];
}

/** The words that only some kinds use. */
interface Parameters {
  fn?: number;
  k?: number;
  l?: number;
  aux0?: number;
  aux1?: number;
  fill?: number;
}

function parametersOf(operator: Operator): Parameters {
  switch (operator.kind) {
    case "Sample":
      return {
        fn: sampleCodes[operator.fn],
        aux0: operator.fn === "dataset" ? operator.basePosition : operator.stream,
      };
    case "Schedule":
    case "Map":
      return {};
    case "View":
      return { fill: operator.fill };
    case "Dot":
      return { k: operator.k };
    case "Fold":
      return { fn: foldCodes[operator.fn], k: operator.k, l: operator.l };
    case "Gather":
      return { aux0: operator.rows, aux1: operator.rowStride };
    case "Scatter":
      return { aux0: operator.axis, k: operator.k };
  }
}

/** Canonical record of an operator, 64 bytes or more. @throws OperatorError `unencodable` when a number does not fit its field */
export function encodeOperator(operator: Operator): Uint8Array {
  const rank = unsigned("rank", operator.extents.length, 8);
  const guards = operator.kind === "View" ? operator.guards : [];
  const instructions = operator.kind === "Map" ? operator.instructions : [];
  if (guards.length > 4) throw unencodable("guard list", guards.length);
  const guardCounts = guards.reduce(
    (word, list, piece) => word | (unsigned("guards", list.length, 4) << (4 * piece)),
    0,
  );
  const { fn = 0, k = 0, l = 0, aux0 = 0, aux1 = 0, fill = 0 } = parametersOf(operator);
  const counts =
    unsigned("operands", operator.operands.length, 8) | (unsigned("instructions", instructions.length, 8) << 8);
  return u32Bytes(
    (kindCodes[operator.kind] | (fn << 8) | (rank << 16) | (dtypeCodes[operator.dtype] << 24)) >>> 0,
    (counts | (guardCounts << 16)) >>> 0,
    0,
    unsigned("K", k),
    unsigned("L", l),
    unsigned("aux0", aux0),
    unsigned("aux1", aux1),
    ...perAxis("extents", operator.extents, rank),
    unsigned("fill", fill),
    ...operator.operands.flatMap((operand) => operandWords(operand, rank)),
    ...guards.flatMap((list) => list.flatMap((guard) => guardWords(guard, rank))),
    ...instructions.flatMap(instructionWords),
  );
}

function declaration(kind: number, dtype: number, words: number, root: Uint8Array): Uint8Array {
  if (root.length !== 32) throw unencodable("tensor root", root.length);
  const head = u32Bytes((kind | (dtype << 24)) >>> 0, 0, 0, unsigned("words", words), 0, 0, 0, 0);
  return concatBytes(head, root);
}

const noRoot = new Uint8Array(32);

/** Record of a state declaration, 64 bytes. */
export function encodeStateDeclaration(state: StateDeclaration): Uint8Array {
  return declaration(declarationCodes.state, dtypeCodes[state.dtype], state.words, noRoot);
}
/** Record of a field declaration, 64 bytes. */
export function encodeFieldDeclaration(field: FieldDeclaration): Uint8Array {
  return declaration(declarationCodes.field, dtypeCodes[field.dtype], field.length, noRoot);
}
/** Record of a constant declaration, 64 bytes. */
export function encodeConstantDeclaration(constant: ConstantDeclaration): Uint8Array {
  return declaration(declarationCodes.constant, dtypeCodes[constant.dtype], constant.words, constant.root);
}

/** Canonical bytes of a program, valid or not. @throws OperatorError `unencodable` when a number does not fit its field */
export function encodeProgram(program: Program): EncodedProgram {
  const { states, fields, constants, operators, batch } = program;
  const header = u32Bytes(
    1,
    states.length,
    fields.length,
    constants.length,
    operators.length,
    unsigned("batch", batch),
    0,
    0,
  );
  const records = [
    ...states.map(encodeStateDeclaration),
    ...fields.map(encodeFieldDeclaration),
    ...constants.map(encodeConstantDeclaration),
    ...operators.map(encodeOperator),
  ];
  return { header, records, bytes: concatBytes(header, ...records) };
}
