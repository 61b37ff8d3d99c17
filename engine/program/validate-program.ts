import { OperatorError } from "../../common/index.ts";
import { kindCodes, nameOf, spaceCodes } from "./codes.ts";
import { encodeProgram } from "./encode.ts";
import { readHeader, readRecord } from "./layout.ts";
import type { OperandWords, ProgramHeader } from "./layout.ts";
import type { Program } from "./types.ts";
import { validateRecord, validationNames } from "./validate.ts";

/** Index of the record leaf that a reference names, or null if there is no such leaf. */
function leafOf(header: ProgramHeader, { space, index }: OperandWords): number | null {
  const { states, fields, constants, operators } = header;
  const [first, count] =
    space === spaceCodes.state
      ? [0, states]
      : space === spaceCodes.field
        ? [states, fields]
        : space === spaceCodes.constant
          ? [states + fields, constants]
          : [states + fields + constants, space === spaceCodes.operator ? operators : 0];
  return index < count ? first + index : null;
}

/**
 * Leaf indices of the records that validate operator j: those that its operands name, then the state's that it produces.
 * Null if the record is malformed or names what does not exist.
 */
export function sourceLeaves(header: Uint8Array, j: number, record: Uint8Array): number[] | null {
  const counts = readHeader(header);
  const words = readRecord(record);
  if (counts === null || words === null) return null;
  const leaves = words.operands.map((operand) => leafOf(counts, operand));
  const firstProducer = counts.operators - counts.states;
  if (j >= firstProducer) leaves.push(j - firstProducer);
  return leaves.includes(null) ? null : (leaves as number[]);
}

/** Refuses the first operator that validation refuses. @throws OperatorError `invalid-program` with operator, code and name */
export function validateRecords(header: Uint8Array, records: readonly Uint8Array[]): void {
  const counts = readHeader(header);
  if (counts === null) throw new OperatorError("invalid-program", "The program's header is invalid.", { code: 1 });
  const firstOperator = counts.states + counts.fields + counts.constants;
  for (let j = 0; j < counts.operators; j++) {
    const record = records[firstOperator + j]!;
    const sources = (sourceLeaves(header, j, record) ?? []).map((leaf) => records[leaf]!);
    const code = validateRecord(header, j, record, sources);
    if (code === 0) continue;
    const name = validationNames[code];
    const kind = nameOf(kindCodes, record[0]!);
    throw new OperatorError("invalid-program", `Operator ${j} (${kind}) is invalid: ${name}.`, {
      operator: j,
      code,
      name,
    });
  }
}

/** Checks header and operators of a program. @throws OperatorError `invalid-program`, or `unencodable` */
export function validateProgram(program: Program): void {
  const { header, records } = encodeProgram(program);
  validateRecords(header, records);
}
