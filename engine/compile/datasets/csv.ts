import { OperatorError } from "../../../common/index.ts";
import type { Bytes, Words } from "../../../common/index.ts";
import type { Dataset } from "../../dataset.ts";
import type { Dtype } from "../../program/types.ts";
import type { NamedField } from "../forward-graph.ts";
import { rowsOf } from "./csv-rows.ts";
import { MemoryWords, type WordSink } from "./word-sink.ts";

/** A dataset with names for its fields. */
export interface NamedDataset<Source extends Words = Words> {
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

export interface CsvDataset<Source extends Words = Words> extends NamedDataset<Source> {
  /** Absent from a regression. */
  readonly classes?: number;
}

function refuse(what: string, facts: Record<string, unknown>): never {
  throw new OperatorError("csv-malformed", `CSV: ${what}.`, facts);
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

/** Labels must be whole numbers from 0, below `classes` where that is given. */
function checkLabel(label: number, line: number, classes?: number): void {
  if (!Number.isInteger(label) || label < 0 || label >= 2 ** 31)
    refuse(`line ${line}: label ${label} is no whole number from 0`, { line, label });
  if (classes !== undefined && label >= classes)
    refuse(`line ${line}: label ${label} is not one of 0 … ${classes - 1}`, { line, label });
}

/** What becomes of the columns. */
interface Columns {
  readonly names: readonly string[];
  readonly features: readonly number[];
  readonly outcomes: readonly number[];
}

/** The columns as the first row names or counts them. */
function columnsOf(first: readonly string[], options: CsvOptions): Columns {
  if (first.length < 2) refuse("there are no samples of features and a label", { width: first.length });
  const names = options.header ? first : first.map((_, i) => String(i + 1));
  const outcomes = outcomeColumns(names, options);
  return { names, features: names.map((_, column) => column).filter((each) => !outcomes.includes(each)), outcomes };
}

/** Turns rows into the words of features, and of a label or targets, one sample after the other. */
class Samples<Source extends Words> {
  readonly #options: CsvOptions;
  readonly #columns: Columns;
  readonly #sinks: readonly [WordSink<Source>, WordSink<Source>];
  readonly #features: Float32Array<ArrayBuffer>;
  readonly #outcomes: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  count = 0;
  largestLabel = 0;

  constructor(columns: Columns, options: CsvOptions, makeSink: () => WordSink<Source>) {
    this.#options = options;
    this.#columns = columns;
    this.#sinks = [makeSink(), makeSink()];
    this.#features = new Float32Array(columns.features.length);
    const width = columns.outcomes.length;
    this.#outcomes = options.targets === undefined ? new Int32Array(width) : new Float32Array(width);
  }

  add(cells: readonly string[], line: number): void {
    const { names, features, outcomes } = this.#columns;
    const width = names.length;
    if (cells.length !== width) refuse(`line ${line} has ${cells.length} columns, not ${width}`, { line, width });
    const numbers = cells.map((cell, column) => numberIn(cell, line, names[column] as string));
    const { divisor = 1, targets, classes } = this.#options;
    features.forEach((column, i) => (this.#features[i] = Math.fround(numbers[column] as number) / divisor));
    outcomes.forEach((column, i) => {
      const value = numbers[column] as number;
      if (targets === undefined) checkLabel(value, line, classes);
      this.#outcomes[i] = value;
      this.largestLabel = Math.max(this.largestLabel, value);
    });
    this.#sinks[0].append(new Uint32Array(this.#features.buffer));
    this.#sinks[1].append(new Uint32Array(this.#outcomes.buffer));
    this.count++;
  }

  finish() {
    const [features, outcomes] = this.#sinks.map((sink) => sink.finish()) as [Source, Source];
    const field = <Name extends string>(name: Name, dtype: Dtype, words: Source, length: number) => {
      return { name, dtype, words, stride: length, length };
    };
    const regression = this.#options.targets !== undefined;
    return [
      field("features", "f32", features, this.#features.length),
      regression
        ? field("target", "f32", outcomes, this.#outcomes.length)
        : field("label", "i32", outcomes, this.#outcomes.length),
    ];
  }
}

/**
 * Numeric features and an integer label or f32 targets, one sample a line. Fields: `features` (f32, one word a feature column, in
 * order) and `label` (i32, one word) or `target` (f32, one word a target column). Throws the OperatorError `csv-malformed` with line and
 * column.
 */
export function readCsv(text: string, options: CsvOptions): CsvDataset<Uint32Array> {
  return readCsvRows(rowsOf(new TextEncoder().encode(text)), options, () => new MemoryWords());
}

/** As `readCsv`, of a text in UTF-8 that need not lie in memory. @param makeSink where the words go, a field each */
export function streamCsv<Source extends Words>(
  text: Bytes,
  options: CsvOptions,
  makeSink: () => WordSink<Source>,
): CsvDataset<Source> {
  return readCsvRows(rowsOf(text), options, makeSink);
}

function readCsvRows<Source extends Words>(
  rows: Iterable<string[]>,
  options: CsvOptions,
  makeSink: () => WordSink<Source>,
): CsvDataset<Source> {
  let samples: Samples<Source> | undefined;
  let line = 0;
  for (const cells of rows) {
    line++;
    const first = samples === undefined;
    samples ??= new Samples(columnsOf(cells, options), options, makeSink);
    if (!first || !options.header) samples.add(cells, line);
  }
  if (samples === undefined || samples.count === 0) return refuse("there are no samples of features and a label", {});
  const fields = samples.finish();
  const dataset = { samples: samples.count, fields };
  if (options.targets !== undefined) return { dataset, fields };
  return { dataset, fields, classes: options.classes ?? samples.largestLabel + 1 };
}
