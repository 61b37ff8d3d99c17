import { InvalidArgumentError, Option, type Command } from "commander";
import { OperatorError } from "../common/index.ts";
import type { Split } from "../engine/index.ts";
import { defined, type JobFile } from "../submitter/index.ts";
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

type DatasetFile = JobFile["dataset"];

/** Characters, bytes, or the tokens of a file. */
function tokensOf({ vocabulary }: DataOptions): "bytes" | { file: string } | undefined {
  if (vocabulary === undefined || vocabulary === "characters") return undefined;
  return vocabulary === "bytes" ? "bytes" : { file: vocabulary };
}

function textFile(options: DataOptions, file: string): DatasetFile {
  const heldOut = options.heldOut === undefined ? undefined : decimal(options.heldOut);
  if (heldOut !== undefined && (heldOut < 0 || heldOut >= 1))
    throw new InvalidArgumentError(`--held-out of a text is ${heldOut}: give a part from 0 to below 1.`);
  const { context, targets } = options;
  return { kind: "text", file, ...defined({ tokens: tokensOf(options), context, targets, heldOut }) };
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

function csvFile(options: DataOptions, file: string): DatasetFile {
  const { header, label, target, divisor, classes, heldOut } = options;
  const column = (name: string) => (header ? name : columnNumber(name));
  const split = splitOf(options);
  const heldOutFile = split === undefined ? heldOut : undefined;
  const targets = target.length === 0 ? undefined : target.map(column);
  const labels = { label: label === undefined ? undefined : column(label), targets };
  return { kind: "csv", file, header, ...defined({ ...labels, divisor, classes, heldOutFile, split }) };
}

/** `field=file`, `field=file#member`, or a file of several members, which are fields by their names. */
function tensorFile(text: string): { file: string; field?: string; member?: string } {
  const [, field, file = "", member] = /^(?:([^=/]+)=)?([^#]+)(?:#(.+))?$/.exec(text) ?? [];
  return { file, ...defined({ field, member }) };
}

function tensorFiles(options: DataOptions): DatasetFile {
  const { data, heldOutData, label, divisor, mean, deviation } = options;
  const split = splitOf(options);
  if (options.heldOut !== undefined && split === undefined)
    throw new InvalidArgumentError(
      "--held-out of tensors is a part such as 0.1; files of held-out samples are --held-out-data.",
    );
  const normalisation = defined({ divisor, mean, deviation });
  return {
    kind: "tensors",
    files: data.map(tensorFile),
    ...(heldOutData.length === 0 ? {} : { heldOutFiles: heldOutData.map(tensorFile) }),
    ...defined({ label, split }),
    ...(Object.keys(normalisation).length === 0 ? {} : { normalisation }),
  };
}

/** The dataset as a job file names it. @throws OperatorError `no-dataset` */
export function datasetOf(options: DataOptions): DatasetFile {
  const { text, csv, data } = options;
  if ([text, csv, data[0]].filter((each) => each !== undefined).length !== 1)
    throw new OperatorError("no-dataset", "Name one dataset: --text <file>, --csv <file> or --data <field=file>.");
  if (text !== undefined) return textFile(options, text);
  return csv === undefined ? tensorFiles(options) : csvFile(options, csv);
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
