import { Command, InvalidArgumentError } from "commander";
import { ArtifactStore } from "../protocol/index.ts";
import { defined, prepareJob, sourceOf, type JobFile } from "../submitter/index.ts";
import { reportLines, reportOf, type Intended } from "./compile-report.ts";
import { print, type Io } from "./io.ts";
import { datasetOf, withData, type DataOptions } from "./data-options.ts";
import { integer, storeOption, withJson } from "./options.ts";
import { trainingOf, withTraining, type TrainingOptions } from "./training-options.ts";

/** What the compiler is told on a command line. */
export interface ModelOptions extends TrainingOptions, DataOptions {
  readonly input: Record<string, string>;
  readonly output?: string;
  readonly name?: string;
}

interface Options extends ModelOptions, Intended {
  readonly bundle: string;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** Model, data and settings as a job file names them. @throws OperatorError `no-dataset` */
export function partsOf(file: string, options: ModelOptions): Pick<JobFile, "name" | "model" | "dataset" | "training"> {
  const { name, input, output } = options;
  const inputs = Object.keys(input).length === 0 ? undefined : input;
  return {
    ...defined({ name }),
    model: { file, ...defined({ inputs, output }) },
    dataset: datasetOf(options),
    training: trainingOf(options, options.target.length > 0 ? "meanSquaredError" : "softmaxCrossEntropy"),
  };
}

async function run(file: string, options: Options, io: Io): Promise<void> {
  const job = await prepareJob(sourceOf(partsOf(file, options), "."), new ArtifactStore(options.bundle));
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

/** Adds the options that `partsOf` reads. */
export function withModelOptions(command: Command): Command {
  return withTraining(
    withData(
      command
        .option("--input <input=field>", "which dataset field a graph input reads (repeat)", mapping, {})
        .option("--output <name>", "graph output that is the logits; the only one if left out")
        .option("--name <text>", "name of the job; that of the file if left out"),
    ),
  );
}

/** `pinpoint compile`: a model and a dataset to a bundle. */
export function compileCommand(io: Io): Command {
  const command = withJson(
    new Command("compile")
      .description("compile an ONNX model and a dataset into a bundle that can be submitted")
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
      .addOption(storeOption("--bundle <folder>", "where to write the bundle", "PINPOINT_BUNDLE")),
  );
  return withModelOptions(command.argument("<model>", "ONNX file"))
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint compile examples/next-char.onnx --text examples/prose.txt --learning-rate 0.5\n" +
        "  pinpoint compile digits.onnx --csv train.csv --held-out test.csv --label digit --divisor 255\n" +
        "  pinpoint compile prices.onnx --csv homes.csv --target price --optimiser adamw --learning-rate 0.001 \\\n" +
        "    --without-decay '*.bias' --clip-norm 1 --schedule cosine --schedule-steps 1000 --warmup 50",
    )
    .action((file: string, options: Options) => run(file, options, io));
}
