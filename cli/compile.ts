import { Command, InvalidArgumentError, Option } from "commander";
import { OperatorError } from "../common/index.ts";
import { lossNames, type LossName } from "../engine/index.ts";
import { ArtifactStore } from "../protocol/index.ts";
import { defined, prepareJob, sourceOf, type JobFile, type PreparedJob } from "../submitter/index.ts";
import { print, table, type Io } from "./io.ts";
import { decimal, integer, storeOption, withJson } from "./options.ts";

/** What the compiler is told on a command line. */
export interface ModelOptions {
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
  readonly batch: number;
  readonly learningRate: number;
  readonly loss?: LossName;
  readonly input: Record<string, string>;
  readonly output?: string;
  readonly freeze: string[];
  readonly name?: string;
}

interface Options extends ModelOptions {
  readonly bundle: string;
  readonly json?: boolean;
}

function textOf(options: ModelOptions, file: string): JobFile["dataset"] {
  const heldOut = options.heldOut === undefined ? undefined : decimal(options.heldOut);
  if (heldOut !== undefined && (heldOut < 0 || heldOut >= 1))
    throw new InvalidArgumentError(`--held-out of a text is ${heldOut}: give a part from 0 to below 1.`);
  const { context, targets } = options;
  return { kind: "text", file, ...defined({ context, targets, heldOut }) };
}

function columnNumber(name: string): number {
  if (/^\d{1,5}$/.test(name)) return Number(name);
  throw new InvalidArgumentError(`Column "${name}" has no name without a header: give its number, from 0.`);
}

function positive(text: string): number {
  const value = decimal(text);
  if (value > 0 && Number.isFinite(1 / Math.fround(value)) && Number.isFinite(Math.fround(value))) return value;
  throw new InvalidArgumentError("Give a number above 0 that a 32-bit float holds.");
}

function csvOf(options: ModelOptions, file: string): JobFile["dataset"] {
  const { header, label, target, divisor, classes, heldOut: heldOutFile } = options;
  const column = (name: string) => (header ? name : columnNumber(name));
  const targets = target.length === 0 ? undefined : target.map(column);
  const labels = { label: label === undefined ? undefined : column(label), targets };
  return { kind: "csv", file, header, ...defined({ ...labels, divisor, classes, heldOutFile }) };
}

/** Model, data and settings as a job file names them. @throws OperatorError `no-dataset` */
export function partsOf(file: string, options: ModelOptions): Pick<JobFile, "name" | "model" | "dataset" | "training"> {
  const { name, text, csv, batch, learningRate, loss, input, output, freeze } = options;
  if ((text === undefined) === (csv === undefined)) {
    throw new OperatorError("no-dataset", "Name one dataset: --text <file> or --csv <file>.");
  }
  const inputs = Object.keys(input).length === 0 ? undefined : input;
  const frozen = freeze.length === 0 ? undefined : freeze;
  const optimiser = { kind: "sgd" as const, learningRate };
  return {
    ...defined({ name }),
    model: { file, ...defined({ inputs, output }) },
    dataset: text === undefined ? csvOf(options, csv ?? "") : textOf(options, text),
    training: { batch, optimiser, ...defined({ loss, frozen }) },
  };
}

function describe(options: Options): (job: PreparedJob) => string[] {
  return ({ manifest, roots, program, workUnitsPerStep, bundleBytes }) => {
    const { dataset } = manifest;
    const parameters = manifest.states.filter(({ role }) => role === "parameter");
    const words = parameters.reduce((sum, { shape }) => sum + shape.reduce((total, extent) => total * extent, 1), 0);
    return [
      ...table([
        ["name", manifest.name],
        ["model", `${parameters.length} trained tensors, ${words} parameters`],
        ["dataset", `${dataset.samples} samples (${dataset.kind})${dataset.heldOut ? ", some held out" : ""}`],
        ["program", `${program.operators.length} operators, batch ${program.batch}`],
        ["work units", `${workUnitsPerStep} a step`],
        ["program root", roots.programRoot],
        ["dataset root", roots.datasetRoot],
        ["initial state", roots.initialStateRoot],
        ["manifest", roots.manifestHash],
        ["bundle", `${bundleBytes} bytes in ${options.bundle}`],
      ]),
      "",
      "Next: serve the bundle and submit the job, in one command:",
      `  pinpoint submit ${roots.manifestHash} --steps 1000 --serve`,
    ];
  };
}

async function run(file: string, options: Options, io: Io): Promise<void> {
  const job = await prepareJob(sourceOf(partsOf(file, options), "."), new ArtifactStore(options.bundle));
  if (options.json !== true) return print(io, false, job, describe(options));
  const { manifest, roots, workUnitsPerStep, bundleBytes } = job;
  print(io, true, { ...roots, workUnitsPerStep, bundleBytes, bundle: options.bundle, manifest }, () => []);
}

function append(name: string, before: string[]): string[] {
  return [...before, name];
}

function mapping(text: string, before: Record<string, string>): Record<string, string> {
  const [input, field, ...rest] = text.split("=");
  if (input && field && rest.length === 0) return { ...before, [input]: field };
  throw new InvalidArgumentError("Give <graph input>=<dataset field>.");
}

/** Adds the model and the options that `partsOf` reads. */
export function withModel(command: Command): Command {
  return command
    .argument("<model>", "ONNX file")
    .option("--text <file>", "train on a text, character by character")
    .option("--csv <file>", "train on the rows of a CSV file")
    .option("--held-out <part>", "text: part held out, 0 up to 1 (a tenth if left out); CSV: a file with such rows")
    .option("--context <characters>", "text: characters of one sample; as the model asks if left out", integer(1, 1e6))
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
    .option("--batch <samples>", "samples of one step", integer(1, 2 ** 20), 32)
    .option("--learning-rate <rate>", "of gradient descent", positive, 0.1)
    .addOption(
      new Option(
        "--loss <name>",
        "what is minimised; meanSquaredError with --target, else softmaxCrossEntropy",
      ).choices(lossNames),
    )
    .option("--input <input=field>", "which dataset field a graph input reads (repeat)", mapping, {})
    .option("--output <name>", "graph output that is the logits; the only one if left out")
    .option("--freeze <tensor>", "keep an initialiser as it is (repeat)", append, [])
    .option("--name <text>", "name of the job; that of the file if left out");
}

/** `pinpoint compile`: a model and a dataset to a bundle. */
export function compileCommand(io: Io): Command {
  const command = new Command("compile").description(
    "compile an ONNX model and a dataset into a bundle that can be submitted",
  );
  return withJson(withModel(command))
    .addOption(storeOption("--bundle <folder>", "where to write the bundle", "PINPOINT_BUNDLE", "bundle"))
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint compile examples/next-char.onnx --text examples/prose.txt --learning-rate 0.5\n" +
        "  pinpoint compile digits.onnx --csv train.csv --held-out test.csv --label digit --divisor 255\n" +
        "  pinpoint compile prices.onnx --csv homes.csv --target price --learning-rate 0.01",
    )
    .action((file: string, options: Options) => run(file, options, io));
}
