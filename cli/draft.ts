import { Command } from "commander";
import { ArtifactStore } from "../protocol/index.ts";
import { completeTerms, prepareJob, sourceOf, writeJobFile } from "../submitter/index.ts";
import { partsOf, withModelOptions, type ModelOptions } from "./compile.ts";
import { print, table, type Io } from "./io.ts";
import { openChain, storeOption, withChain, withJson, type ChainOptions } from "./options.ts";
import { termChoices, withTerms, type TermOptions } from "./terms.ts";

interface Options extends ChainOptions, ModelOptions, TermOptions {
  readonly out: string;
  readonly uri?: string;
  readonly bundle: string;
  readonly json?: boolean;
}

async function run(model: string, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const parts = partsOf(model, options);
  const job = await prepareJob(sourceOf(parts, "."), new ArtifactStore(options.bundle));
  const { timestamp: now } = await chain.client.getBlock();
  const { uri, out } = options;
  // Terms have an address; the file names one only if it is known.
  const terms = await completeTerms(chain, job, termChoices(options, uri ?? "http://127.0.0.1", now), now);
  writeJobFile(out, { parts, job, terms, now, ...(uri !== undefined && { uri }) });
  print(io, options.json, { file: out, ...job.roots }, () => [
    ...table([
      ["job file", out],
      ["program root", job.roots.programRoot],
      ["dataset root", job.roots.datasetRoot],
    ]),
    "",
    "Next: serve its bundle and submit it, in one command:",
    `  pinpoint submit ${out} --serve`,
  ]);
}

/** `pinpoint draft`: a job file from options. */
export function draftCommand(io: Io): Command {
  const command = new Command("draft").description("write a job file: model, data, settings, all terms and roots");
  return withJson(withChain(withTerms(withModelOptions(command.argument("<model>", "ONNX file")), true)))
    .option("--uri <url>", "where others will fetch the bundle")
    .option("--out <file>", "where to write it", "job.json")
    .addOption(storeOption("--bundle <folder>", "where to write the bundle", "PINPOINT_BUNDLE"))
    .addHelpText(
      "after",
      "\nIt compiles, asks the chain for the least stake and sends nothing. Paths in the file are relative to it.\n\nExamples:\n" +
        "  pinpoint draft examples/next-char.onnx --text examples/prose.txt --learning-rate 0.5 --steps 200\n" +
        "  pinpoint draft digits.onnx --csv train.csv --label digit --steps 1000 --out digits.json",
    )
    .action((model: string, options: Options) => run(model, options, io));
}
