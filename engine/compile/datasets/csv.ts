import { parse } from "csv-parse/sync";
import { OperatorError } from "../../../common/index.ts";
import type { Words } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import type { NamedField } from "../forward-graph.ts";

/** A dataset with names for its fields. */
export interface NamedDataset<Source extends Words = Uint32Array> {
  readonly dataset: Dataset<Source>;
  readonly fields: readonly NamedField[];
}

export interface CsvOptions {
  /** Whether the first line names the columns. */
  readonly header: boolean;
  /** Name (with a header) or 0-based index of the label column; the last one if left out. */
  readonly label?: string | number;
  /** Name or index of each column of an f32 target, in the order of the target's words: a regression, which has no label. */
  readonly targets?: readonly (string | number)[];
  /** Every feature is divided by it; 1 if left out. ROUNDS: the cell to f32, then the quotient. Targets are not. */
  readonly divisor?: number;
  /** Labels are 0 … classes−1; the largest label plus one if left out. */
  readonly classes?: number;
}

export interface CsvDataset extends NamedDataset {
  /** Absent from a regression. */
  readonly classes?: number;
}

function refuse(what: string, facts: Record<string, unknown>): never {
  throw new OperatorError("csv-malformed", `CSV: ${what}.`, facts);
}

function parseRows(text: string): string[][] {
  try {
    return parse(text, { bom: true, relaxColumnCount: true, skipEmptyLines: true, trim: true });
  } catch (cause) {
    throw new OperatorError("csv-malformed", `CSV: ${(cause as Error).message}.`, {}, { cause });
  }
}

function columnOf(names: readonly string[], header: boolean, chosen: string | number, what: string): number {
  const column = typeof chosen === "string" ? (header ? names.indexOf(chosen) : -1) : chosen;
  if (Number.isInteger(column) && column >= 0 && column < names.length) return column;
  return refuse(`there is no ${what} column ${JSON.stringify(chosen)}`, { [what]: chosen, columns: names });
}

/** The columns that are no features: the label's, or the targets' in their order. */
function outcomeColumns(names: readonly string[], { header, label, targets, classes }: CsvOptions): number[] {
  if (targets === undefined) return [columnOf(names, header, label ?? names.length - 1, "label")];
  if (label !== undefined || classes !== undefined)
    refuse("a regression has targets and neither a label nor classes", { label, classes });
  const columns = targets.map((target) => columnOf(names, header, target, "target"));
  if (columns.length === 0 || new Set(columns).size < columns.length || columns.length === names.length)
    refuse(`the targets are ${columns.length} of ${names.length} columns, each once, with features beside them`, {
      targets,
    });
  return columns;
}

/** A cell as a number; decimal notation only, so that "0x10", "" and "1e999" are not taken for one. */
function numberIn(cell: string, line: number, column: string): number {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
  if (cell === "") refuse(`line ${line}: column ${column} is empty`, { line, column });
  if (!Number.isFinite(Math.fround(value)))
    refuse(`line ${line}: column ${column} is "${cell}", not a number`, { line, column, cell });
  return value;
}

/** All cells as numbers, row-major. */
function tableOf(body: readonly string[][], names: readonly string[], firstLine: number): Float64Array {
  const width = names.length;
  const table = new Float64Array(body.length * width);
  body.forEach((cells, row) => {
    const line = row + firstLine;
    if (cells.length !== width) refuse(`line ${line} has ${cells.length} columns, not ${width}`, { line, width });
    cells.forEach((cell, column) => (table[row * width + column] = numberIn(cell, line, names[column] as string)));
  });
  return table;
}

/** Some columns of a table, row-major, as an array of the kind given. */
function pick<T extends Float32Array | Int32Array>(
  table: Float64Array,
  width: number,
  columns: readonly number[],
  make: (length: number) => T,
): T {
  const picked = make((table.length / width) * columns.length);
  for (let i = 0; i < picked.length; i++) {
    const row = Math.floor(i / columns.length);
    picked[i] = table[row * width + (columns[i % columns.length] as number)] as number;
  }
  return picked;
}

/** Labels must be whole numbers from 0, below `classes` where that is given. */
function checkLabels(table: Float64Array, width: number, column: number, firstLine: number, classes?: number): void {
  for (let row = 0; row * width < table.length; row++) {
    const [line, label] = [row + firstLine, table[row * width + column] as number];
    if (!Number.isInteger(label) || label < 0 || label >= 2 ** 31)
      refuse(`line ${line}: label ${label} is no whole number from 0`, { line, label });
    if (classes !== undefined && label >= classes)
      refuse(`line ${line}: label ${label} is not one of 0 … ${classes - 1}`, { line, label });
  }
}

function fieldOf(name: string, data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>, length: number) {
  const dtype = data instanceof Float32Array ? ("f32" as const) : ("i32" as const);
  return { name, dtype, words: new Uint32Array(data.buffer), stride: length, length };
}

/**
 * Numeric features and an integer label or f32 targets, one sample a line. Fields: `features` (f32, one word a feature column, in
 * order) and `label` (i32, one word) or `target` (f32, one word a target column). Throws the OperatorError `csv-malformed` with line and
 * column.
 */
export function readCsv(text: string, options: CsvOptions): CsvDataset {
  const rows = parseRows(text);
  const width = rows[0]?.length ?? 0;
  const { header, divisor = 1, targets } = options;
  const names = header ? (rows[0] ?? []) : Array.from({ length: width }, (_, i) => String(i + 1));
  const body = header ? rows.slice(1) : rows;
  if (body.length === 0 || width < 2)
    refuse("there are no samples of features and a label", { rows: body.length, width });
  const outcomes = outcomeColumns(names, options);
  const inputs = names.map((_, column) => column).filter((column) => !outcomes.includes(column));
  const firstLine = header ? 2 : 1;
  const table = tableOf(body, names, firstLine);
  const floats = (columns: readonly number[]) => pick(table, width, columns, (n) => new Float32Array(n));
  const features = fieldOf(
    "features",
    floats(inputs).map((value) => value / divisor),
    inputs.length,
  );
  const samples = body.length;
  if (targets !== undefined) {
    const fields = [features, fieldOf("target", floats(outcomes), outcomes.length)];
    return { dataset: { samples, fields }, fields };
  }
  checkLabels(table, width, outcomes[0] as number, firstLine, options.classes);
  const labels = pick(table, width, outcomes, (n) => new Int32Array(n));
  const fields = [features, fieldOf("label", labels, 1)];
  const classes = options.classes ?? labels.reduce((a, b) => Math.max(a, b)) + 1;
  return { dataset: { samples, fields }, fields, classes };
}
