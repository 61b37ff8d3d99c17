import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { InvalidArgumentError, Option, type Command } from "commander";
import { OperatorError } from "../common/index.ts";
import { readTensorFile, type Normalisation, type SourceTensor, type Split } from "../engine/index.ts";
import { defined, type CsvSource, type JobSource, type TensorsSource, type TextSource } from "../submitter/index.ts";
import { append, decimal, integer, positive } from "./options.ts";

/** Options of `pinpoint compile` on what is trained on and what is held out. */
export interface DataOptions {
  readonly text?: string;
  readonly csv?: string;
  readonly data: string[];
  readonly heldOut?: string;
  readonly heldOutData: string[];
  readonly splitSeed?: number;
  readonly vocabulary?: string;
  readonly context?: number;
  readonly targets?: "each" | "last";
  readonly label?: string;
  readonly target: string[];
  readonly header: boolean;
  readonly classes?: number;
  readonly divisor?: number;
  readonly mean?: number[];
  readonly deviation?: number[];
}

/** Errors: OperatorError `no-file`. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError("no-file", `Cannot read ${path} (${reason}): name a file.`, { path }, { cause });
  }
}

const readText = (path: string): string => new TextDecoder().decode(readInput(path));

/** Characters, bytes, or the tokens of a file. */
function tokensOf({ vocabulary }: DataOptions): TextSource["tokens"] {
  if (vocabulary === undefined || vocabulary === "characters") return undefined;
  return vocabulary === "bytes" ? "bytes" : { tokenizerJson: readText(vocabulary) };
}

function textSource(options: DataOptions, path: string): TextSource {
  const part = options.heldOut === undefined ? undefined : decimal(options.heldOut);
  if (part !== undefined && (part < 0 || part >= 1))
    throw new InvalidArgumentError(`--held-out of a text is ${part}: give a part from 0 to below 1.`);
  const { context, targets } = options;
  return {
    kind: "text",
    text: readText(path),
    ...defined({ tokens: tokensOf(options), context, targets, heldOut: part }),
  } as TextSource;
}

function columnNumber(name: string): number {
  if (/^\d{1,5}$/.test(name)) return Number(name);
  throw new InvalidArgumentError(`Column "${name}" has no name without a header: give its number, from 0.`);
}

/** A part of the samples where `--held-out` is a number. */
function splitOf({ heldOut, splitSeed: seed }: DataOptions): Split | undefined {
  const part = heldOut !== undefined && /^0?\.\d+$/.test(heldOut) ? decimal(heldOut) : undefined;
  if (part !== undefined) return { part, ...(seed === undefined ? {} : { seed }) };
  if (seed === undefined) return undefined;
  throw new InvalidArgumentError("--split-seed needs a part of the samples as --held-out.");
}

function csvSource(options: DataOptions, path: string): CsvSource {
  const { header, label, target, divisor, classes, heldOut } = options;
  const column = (name: string) => (header ? name : columnNumber(name));
  const split = splitOf(options);
  const heldOutText = heldOut === undefined || split !== undefined ? undefined : readText(heldOut);
  const targets = target.length === 0 ? undefined : target.map(column);
  const labels = { label: label === undefined ? undefined : column(label), targets };
  const chosen = defined({ ...labels, divisor, classes, heldOutText, split });
  return { kind: "csv", text: readText(path), header, ...chosen } as CsvSource;
}

/** `field=file`, `field=file#member` or a file of several members, which are fields by their names. */
function tensorsIn(names: readonly string[]): Map<string, SourceTensor> {
  const tensors = new Map<string, SourceTensor>();
  const add = (field: string, tensor: SourceTensor) => {
    if (tensors.has(field)) throw new InvalidArgumentError(`There are two tensors for the field "${field}".`);
    tensors.set(field, tensor);
  };
  for (const name of names) {
    const [, field, path = "", member] = /^(?:([^=/]+)=)?([^#]+)(?:#(.+))?$/.exec(name) ?? [];
    const members = readTensorFile(readInput(path), basename(path));
    if (field === undefined && member === undefined && !members.has("")) {
      for (const [each, tensor] of members) add(each, tensor);
      continue;
    }
    const tensor = members.get(member ?? "") ?? (members.size === 1 && member === undefined ? [...members.values()][0] : undefined); // prettier-ignore
    if (field === undefined || tensor === undefined) {
      const has = [...members.keys()].filter((each) => each !== "").map((each) => `${path}#${each}`);
      throw new InvalidArgumentError(
        `Give --data ${name} as <field>=<file>${has.length === 0 ? "" : `, the file being one of ${has.join(", ")}`}.`,
      );
    }
    add(field, tensor);
  }
  return tensors;
}

function tensorsSource(options: DataOptions): TensorsSource {
  const { data, heldOutData, label, divisor, mean, deviation } = options;
  const normalisation = defined({ divisor, mean, deviation });
  const split = splitOf(options);
  if (options.heldOut !== undefined && split === undefined)
    throw new InvalidArgumentError(
      "--held-out of tensors is a part such as 0.1; files of held-out samples are --held-out-data.",
    );
  return {
    kind: "tensors",
    tensors: tensorsIn(data),
    ...defined({ label, split, heldOutTensors: heldOutData.length === 0 ? undefined : tensorsIn(heldOutData) }),
    ...(Object.keys(normalisation).length === 0 ? {} : { normalisation: normalisation as Normalisation }),
  } as TensorsSource;
}

/** The dataset of a job. Errors: OperatorError `no-dataset`, `no-file`, and what a file's reader refuses. */
export function datasetOf(options: DataOptions): JobSource["dataset"] {
  const { text, csv, data } = options;
  if ([text, csv, data[0]].filter((each) => each !== undefined).length !== 1)
    throw new OperatorError("no-dataset", "Name one dataset: --text <file>, --csv <file> or --data <field=file>.");
  if (text !== undefined) return textSource(options, text);
  return csv === undefined ? tensorsSource(options) : csvSource(options, csv);
}

function numbers(text: string): number[] {
  return text.split(",").map(decimal);
}

/** Adds the options of `DataOptions`. */
export function withData(command: Command): Command {
  const targets = "text: a target for each position or the last; as the model asks if left out";
  return command
    .option("--text <file>", "train on a text, token by token")
    .option("--csv <file>", "train on the rows of a CSV file")
    .option(
      "--data <field=file>",
      "train on tensors: IDX, NPY, NPZ or safetensors, also packed by gzip; file#member for one of several; without a field all members by their names (repeat)",
      append,
      [],
    ) // prettier-ignore
    .option(
      "--held-out <part>",
      "part held out, 0 up to 1: a text's end (a tenth if left out), or samples; or a CSV file with such rows",
    ) // prettier-ignore
    .option("--held-out-data <field=file>", "tensors: files of held-out samples (repeat)", append, [])
    .option(
      "--split-seed <number>",
      "CSV, tensors: choose the part by a keyed shuffle, not the last samples",
      integer(0, 2 ** 32 - 1),
    ) // prettier-ignore
    .option("--vocabulary <what>", "text: characters (if left out), bytes, or a tokenizer.json of byte-level BPE")
    .option("--context <tokens>", "text: tokens of one sample; as the model asks if left out", integer(1, 1e6))
    .addOption(new Option("--targets <which>", targets).choices(["each", "last"]))
    .option(
      "--label <column>",
      "CSV: label column, by name or 0-based number (the last if left out); tensors: field (label or target)",
    ) // prettier-ignore
    .option("--target <column>", "CSV: column of a number to predict, instead of a label (repeat)", append, [])
    .option("--no-header", "CSV: the first line is data")
    .option("--classes <number>", "CSV: number of classes; as the labels say if left out", integer(1, 1e6))
    .option("--divisor <number>", "CSV, tensors: divide every feature by it", positive)
    .option("--mean <numbers>", "tensors: then subtract this; one number or one a channel, 0.5,0.4,0.3", numbers)
    .option("--deviation <numbers>", "tensors: then divide by this; one number or one a channel", numbers);
}
