import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromHex } from "../../common/index.ts";
import type { Dtype, MapFunction, OperatorKind, Order } from "../../engine/index.ts";

/** Reads spec/vectors/. Its README says what the files hold. */

const folder = join(import.meta.dirname, "../../spec/vectors");

function linesOf(path: string): string[] {
  const text = gunzipSync(readFileSync(path)).toString("latin1");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

function wordOf(digits: string): number {
  return Number.parseInt(digits, 16);
}

/** Vectors of one Map function, one column an argument. Words are unsigned. */
export interface FunctionVectors {
  readonly fn: MapFunction;
  readonly code: number;
  readonly columns: readonly Uint32Array[];
  readonly expected: Uint32Array;
}

function columnsOf(rows: readonly (readonly number[])[]): Uint32Array[] {
  return rows[0]!.map((_, column) => Uint32Array.from(rows, (row) => row[column]!));
}

export function functionVectors(): FunctionVectors[] {
  const files = readdirSync(join(folder, "functions")).toSorted();
  return files.map((file) => {
    const [, code, fn] = /^(\d+)-(\w+)\.txt\.gz$/.exec(file)!;
    const rows = linesOf(join(folder, "functions", file)).map((line) => line.split(" ").map(wordOf));
    const columns = columnsOf(rows);
    return { fn: fn as MapFunction, code: Number(code), columns: columns.slice(0, -1), expected: columns.at(-1)! };
  });
}

export interface VectorContext {
  readonly step: number;
  readonly seed: number;
  readonly order: Order;
  readonly batch: number;
  readonly samples: number;
  readonly stride: number;
}

export interface VectorTensor {
  readonly dtype: Dtype;
  readonly words: Uint32Array;
}

/** An operator with the tensors it reads and some of the words it must give. */
export interface OperatorCase {
  readonly name: string;
  readonly header: Uint8Array;
  readonly operator: number;
  readonly record: Uint8Array;
  readonly sources: readonly Uint8Array[];
  readonly tensors: readonly VectorTensor[];
  /** Tensor of each operand. */
  readonly operands: readonly number[];
  readonly context: VectorContext;
  /** Flat index and word. */
  readonly elements: readonly (readonly [number, number])[];
}

interface RawCase {
  name: string;
  header: string;
  operator: number;
  record: string;
  sources: string[];
  tensors: { dtype: Dtype; words: string }[];
  operands: number[];
  context: VectorContext;
  elements: [number, string][];
}

function bytesOfHex(digits: string): Uint8Array {
  return fromHex(`0x${digits}`);
}

function tensorWords(digits: string): Uint32Array {
  return Uint32Array.from({ length: digits.length / 8 }, (_, i) => wordOf(digits.slice(8 * i, 8 * i + 8)));
}

export function operatorCases(kind: OperatorKind): OperatorCase[] {
  const [, ...lines] = linesOf(join(folder, "operators", `${kind.toLowerCase()}.jsonl.gz`));
  return lines.map((line) => {
    const raw = JSON.parse(line) as RawCase;
    return {
      ...raw,
      header: bytesOfHex(raw.header),
      record: bytesOfHex(raw.record),
      sources: raw.sources.map(bytesOfHex),
      tensors: raw.tensors.map(({ dtype, words }) => ({ dtype, words: tensorWords(words) })),
      elements: raw.elements.map(([index, word]) => [index, wordOf(word)] as const),
    };
  });
}

/** A record and what validation must answer. */
export interface ValidationCase {
  readonly header: Uint8Array;
  readonly operator: number;
  readonly record: Uint8Array;
  readonly sources: readonly Uint8Array[];
  readonly code: number;
}

export function validationCases(): ValidationCase[] {
  const [, ...lines] = linesOf(join(folder, "validation", "records.jsonl.gz"));
  return lines.map((line) => {
    const raw = JSON.parse(line) as {
      header: string;
      operator: number;
      record: string;
      sources: string[];
      code: number;
    };
    return {
      ...raw,
      header: bytesOfHex(raw.header),
      record: bytesOfHex(raw.record),
      sources: raw.sources.map(bytesOfHex),
    };
  });
}

export const testFloatNames = [
  "f32_add",
  "f32_sub",
  "f32_mul",
  "f32_div",
  "f32_sqrt",
  "f32_eq",
  "f32_le",
  "f32_lt",
  "f32_to_i32_rminMag",
  "i32_to_f32",
] as const;
export type TestFloatName = (typeof testFloatNames)[number];

/** Lines of one TestFloat file, one column an operand; results and flags as the file has them. */
export interface TestFloatVectors {
  readonly name: TestFloatName;
  readonly columns: readonly Uint32Array[];
  readonly results: Uint32Array;
  readonly flags: Uint32Array;
}

/** @param data a folder that holds testfloat/ with the whole files; without it, the selection beside the spec */
export function testFloatVectors(name: TestFloatName, data?: string): TestFloatVectors {
  const rows = linesOf(join(data ?? folder, "testfloat", `${name}.txt.gz`)).map((line) => line.split(" ").map(wordOf));
  const columns = columnsOf(rows);
  return { name, columns: columns.slice(0, -2), results: columns.at(-2)!, flags: columns.at(-1)! };
}
