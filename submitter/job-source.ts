import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { OperatorError } from "../common/index.ts";
import type { CsvSource, JobSource, TextSource } from "./compile.ts";
import { reasonOf, type JobFile } from "./job-file.ts";
import type { PreparedJob } from "./prepare.ts";
import type { TermChoices } from "./terms.ts";

function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const message = `Cannot read ${file} (${reasonOf(cause)}): name a file.`;
    throw new OperatorError("no-file", message, { path: file }, { cause });
  }
}

/** An object without the members that are undefined: absent and undefined differ for the compiler. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as never;
}

function datasetOf(dataset: JobFile["dataset"], folder: string): TextSource | CsvSource {
  const readText = (file: string): string => new TextDecoder().decode(readInput(resolve(folder, file)));
  if (dataset.kind === "text") {
    const { file, ...options } = dataset;
    return defined({ ...options, text: readText(file) }) as TextSource;
  }
  const { file, heldOutFile, ...options } = dataset;
  const heldOutText = heldOutFile === undefined ? undefined : readText(heldOutFile);
  return defined({ ...options, text: readText(file), heldOutText }) as CsvSource;
}

/**
 * What the compiler takes, of the part of a job that it decides. @param folder that paths are relative to
 * @throws OperatorError `no-file`
 */
export function sourceOf(file: Pick<JobFile, "name" | "model" | "dataset" | "training">, folder: string): JobSource {
  const { model, dataset, training } = file;
  const { batch, optimiser, loss, frozen = [] } = training;
  const { inputs, output } = model;
  return defined({
    name: file.name ?? basename(model.file, ".onnx"),
    onnx: readInput(resolve(folder, model.file)),
    dataset: datasetOf(dataset, folder),
    batch,
    learningRate: optimiser.learningRate,
    loss,
    inputs,
    output,
    frozen,
  }) as JobSource;
}

/** The terms that a file chooses. UNITS: `now` in seconds since the epoch, by the chain's clock. */
export function choicesOf({ terms: chosen }: Pick<JobFile, "terms">, uri: string, now: bigint): TermChoices {
  const { acceptWithin, uri: _uri, ...choices } = chosen;
  const acceptBy = acceptWithin === undefined ? undefined : now + BigInt(acceptWithin);
  return defined({ ...choices, acceptBy, uri }) as TermChoices;
}

const rootNames = {
  programRoot: "program root",
  datasetRoot: "dataset root",
  initialStateRoot: "initial state root",
  manifestHash: "manifest hash",
} as const;

/** Compares what was compiled with what a file expects. @throws OperatorError `root-mismatch` */
export function checkExpected(
  { expected = {} }: Pick<JobFile, "expected">,
  { roots }: PreparedJob,
  from: string,
): void {
  for (const key of Object.keys(rootNames) as (keyof typeof rootNames)[]) {
    const wanted = expected[key];
    if (wanted === undefined || wanted.toLowerCase() === roots[key].toLowerCase()) continue;
    const message = `${from} expects the ${rootNames[key]} ${wanted}, and its model, data and settings give ${roots[key]}: restore what it was written for, or take "expected" out.`;
    throw new OperatorError("root-mismatch", message, { path: from, expected: wanted, compiled: roots[key] });
  }
}
