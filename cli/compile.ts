import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { OperatorError } from "../common/index.ts";
import { ArtifactStore } from "../protocol/index.ts";
import {
  defined,
  prepareJob,
  type CsvSource,
  type JobSource,
  type TextSource,
} from "../submitter/index.ts";
import { reportLines, reportOf, type Intended } from "./compile-report.ts";
import { print, type Io } from "./io.ts";
import { append, decimal, integer, positive, storeOption, withJson } from "./options.ts";
import { trainingOf, withTraining, type TrainingOptions } from "./training-options.ts";

interface Options extends TrainingOptions, Intended {
  readonly text?: string;
  readonly csv?: string;
  readonly heldOut?: string;
  readonly context?: number;
  readonly targets?: "each" | "last";
  readonly label?: string;
  readonly target: string[];
  readonly header: boolean;
  readonly classes?: number;
  readonly divisor?: number;
  readonly input: Record<string, string>;
  readonly output?: string;
  readonly name?: string;
  readonly bundle: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OperatorError("no-file", `Cannot read ${path} (${reason}): name a file.`, { path }, { cause });
  }
}

const readText = (path: string): string => new TextDecoder().decode(readInput(path));

function textSource(options: Options, path: string): TextSource {
  const part = options.heldOut === undefined ? undefined : decimal(options.heldOut);
  if (part !== undefined && (part < 0 || part >= 1))
    throw new InvalidArgumentError(`--held-out of a text is ${part}: give a part from 0 to below 1.`);
  const { context, targets } = options;
  return { kind: "text", text: readText(path), ...defined({ context, targets, heldOut: part }) } as TextSource;
}

function columnNumber(name: string): number {
  if (/^\d{1,5}$/.test(name)) return Number(name);
  throw new InvalidArgumentError(`Column "${name}" has no name without a header: give its number, from 0.`);
}

function csvSource(options: Options, path: string): CsvSource {
  const { header, label, target, divisor, classes, heldOut } = options;
  const column = (name: string) => (header ? name : columnNumber(name));
  const heldOutText = heldOut === undefined ? undefined : readText(heldOut);
  const targets = target.length === 0 ? undefined : target.map(column);
  const labels = { label: label === undefined ? undefined : column(label), targets };
  const chosen = defined({ ...labels, divisor, classes, heldOutText });
  return { kind: "csv", text: readText(path), header, ...chosen } as CsvSource;
}

function sourceOf(file: string, options: Options): JobSource {
  const { text, csv, input, output } = options;
  if ((text === undefined) === (csv === undefined)) {
    throw new OperatorError("no-dataset", "Name one dataset: --text <file> or --csv <file>.");
  }
  const dataset = text === undefined ? csvSource(options, csv ?? "") : textSource(options, text);
  const inputs = Object.keys(input).length === 0 ? undefined : input;
  const name = options.name ?? basename(file, ".onnx");
  return {
    name,
    onnx: readInput(file),
    dataset,
    ...trainingOf(options, options.target.length > 0 ? "meanSquaredError" : "softmaxCrossEntropy"),
    ...defined({ inputs, output }),
  } as JobSource;
}

async function run(file: string, options: Options, io: Io): Promise<void> {
  const job = await prepareJob(sourceOf(file, options), new ArtifactStore(options.bundle));
  const report = reportOf(job, options);
  const { manifest, roots, workUnitsPerStep, bundleBytes } = job;
  const { operators, ...estimates } = report;
  const explained = options.explain === true ? { operators } : {};
  const result = {
    ...roots,
    workUnitsPerStep,
    bundleBytes,
    bundle: options.bundle,
    ...estimates,
    ...explained,
    manifest,
  };
  print(io, options.json, result, () => reportLines(job, report, options.bundle, options.explain === true));
}

function mapping(text: string, before: Record<string, string>): Record<string, string> {
  const [input, field, ...rest] = text.split("=");
  if (input && field && rest.length === 0) return { ...before, [input]: field };
  throw new InvalidArgumentError("Give <graph input>=<dataset field>.");
}

/** `pinpoint compile`: a model and a dataset to a bundle. */
export function compileCommand(io: Io): Command {
  const command = withJson(
    new Command("compile")
      .description("compile an ONNX model and a dataset into a bundle that can be submitted")
      .argument("<model>", "ONNX file")
      .option("--text <file>", "train on a text, character by character")
      .option("--csv <file>", "train on the rows of a CSV file")
      .option("--held-out <part>", "text: part held out, 0 up to 1 (a tenth if left out); CSV: a file with such rows")
      .option(
        "--context <characters>",
        "text: characters of one sample; as the model asks if left out",
        integer(1, 1e6),
      )
      .addOption(
        new Option(
          "--targets <which>",
          "text: a target for each position or the last; as the model asks if left out",
        ).choices(["each", "last"]),
      )
      .option("--label <column>", "CSV: label column, by name or 0-based number; the last if left out")
      .option("--target <column>", "CSV: column of a number to predict, instead of a label (repeat)", append, [])
      .option("--no-header", "CSV: the first line is data")
      .option("--classes <number>", "CSV: number of classes; as the labels say if left out", integer(1, 1e6))
      .option("--divisor <number>", "CSV: divide every feature by it", positive)
      .option("--input <input=field>", "which dataset field a graph input reads (repeat)", mapping, {})
      .option("--output <name>", "graph output that is the logits; the only one if left out")
      .option("--explain", "list the step operator by operator, with the ONNX node each comes from")
      .option(
        "--steps <number>",
        "of the job, for estimates; those of the schedule, or 1000, if left out",
        integer(1, 2 ** 32 - 1),
      )
      .option(
        "--interval <steps>",
        "of one segment, for estimates; as submit chooses if left out",
        integer(1, 2 ** 32 - 1),
      )
      .option(
        "--grid <steps>",
        "between states committed in it, for estimates; as submit chooses",
        integer(1, 2 ** 32 - 1),
      )
      .option("--name <text>", "name of the job; that of the file if left out")
      .addOption(storeOption("--bundle <folder>", "where to write the bundle", "PINPOINT_BUNDLE", "bundle")),
  );
  return withTraining(command)
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint compile examples/next-char.onnx --text examples/prose.txt --learning-rate 0.5\n" +
        "  pinpoint compile digits.onnx --csv train.csv --held-out test.csv --label digit --divisor 255\n" +
        "  pinpoint compile prices.onnx --csv homes.csv --target price --optimiser adamw --learning-rate 0.001 \\\n" +
        "    --without-decay '*.bias' --clip-norm 1 --schedule cosine --schedule-steps 1000 --warmup 50",
    )
    .action((file: string, options: Options) => run(file, options, io));
}
