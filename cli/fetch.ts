import { renameSync, rmSync, writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { OperatorError } from "../common/index.ts";
import { ArtifactStore } from "../protocol/index.ts";
import { exportFormats, exportModel, fetchModel, Inference, type ExportFormat } from "../submitter/index.ts";
import { print, table, type Io } from "./io.ts";
import { id, integer, openChain, storeOption, withChain, withJson, type ChainOptions } from "./options.ts";

interface Options extends ChainOptions {
  readonly checkpoint?: number;
  readonly out?: string;
  readonly format?: ExportFormat;
  readonly evaluate?: boolean;
  readonly continue?: string;
  readonly characters: number;
  readonly cache: string;
  readonly json?: boolean;
}

function write(path: string, bytes: Uint8Array): void {
  const draft = `${path}.draft`;
  try {
    writeFileSync(draft, bytes);
    renameSync(draft, path);
  } catch (cause) {
    // The first error is the one to tell; a draft that cannot be made cannot be removed either.
    try {
      rmSync(draft, { force: true });
    } catch {}
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `Cannot write ${path} (${reason}): free some space or name another file.`;
    throw new OperatorError("no-file", message, { path }, { cause });
  }
}

function formatOf(path: string): ExportFormat {
  return path.endsWith(".safetensors") ? "safetensors" : "onnx";
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const store = new ArtifactStore(options.cache);
  const model = await fetchModel(chain, store, jobId, options.checkpoint);
  const inference = await Inference.create(model, store);
  if (options.out !== undefined)
    write(options.out, await exportModel(model, store, options.format ?? formatOf(options.out)));
  const evaluation = options.evaluate === true ? await inference.metrics() : undefined;
  let text: string | undefined;
  if (options.continue !== undefined) {
    text = options.continue;
    for await (const character of inference.continueText(text, options.characters)) text += character;
  }
  const { checkpoint, stateRoot, job, manifest } = model;
  const result = {
    job: jobId,
    status: job.status,
    name: manifest.name,
    checkpoint,
    stateRoot,
    out: options.out,
    evaluation,
    text,
  };
  print(io, options.json, result, () => [
    ...table([
      ["job", `${jobId} (${job.status}), ${manifest.name}`],
      ["checkpoint", `${checkpoint}, ${stateRoot}`],
      ...(options.out === undefined ? [] : ([["written", options.out]] as const)),
      ...(evaluation === undefined ? [] : ([[`loss (${evaluation.on})`, evaluation.loss]] as const)),
      ...(evaluation?.accuracy === undefined ? [] : ([["accuracy", evaluation.accuracy]] as const)),
    ]),
    ...(text === undefined ? [] : ["", text]),
  ]);
}

/** `pinpoint fetch`: the trained model. */
export function fetchCommand(io: Io): Command {
  return withJson(
    withChain(
      new Command("fetch")
        .description(
          "fetch a trained model from its solver, checked against the chain; evaluate it, write it to a file",
        )
        .argument("<job>", "number of the job", id),
    )
      .option("--checkpoint <number>", "which checkpoint; the last if left out", integer(0, 65_534))
      .option("--out <file>", "write the trained parameters: in the ONNX file, or alone as safetensors")
      .addOption(
        new Option(
          "--format <name>",
          "of that file; safetensors if its name ends so, else onnx; adapters: those alone, as safetensors",
        ).choices(exportFormats),
      )
      .option("--evaluate", "mean loss, and accuracy, on the held-out samples (on the training samples if none are)")
      .option("--continue <text>", "a text model: continue this text")
      .option("--characters <number>", "how many tokens", integer(1, 100_000), 200)
      .addOption(storeOption("--cache <folder>", "where fetched artifacts are kept", "PINPOINT_ARTIFACTS")),
  )
    .addHelpText(
      "after",
      '\nExamples:\n  pinpoint fetch 1 --out trained.onnx --evaluate\n  pinpoint fetch 1 --out trained.safetensors\n  pinpoint fetch 1 --continue "the defender "',
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
