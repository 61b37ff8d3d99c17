import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { FileBytes, OperatorError } from "../common/index.ts";
import type { Bytes } from "../common/index.ts";
import { readTensorFile, type SourceTensor } from "../engine/index.ts";
import { defined } from "./defined.ts";
import { reasonOf, type JobFile } from "./job-file.ts";
import type { CsvSource, JobSource, TensorsSource, TextSource } from "./job-source.ts";
import type { PreparedJob } from "./prepare.ts";
import type { TermChoices } from "./terms.ts";

/** Reads files by their paths in a job file. */
interface Files {
  /** A whole file. */
  readonly read: (file: string) => Uint8Array;
  /** A file of samples, which may be larger than the memory. */
  readonly open: (file: string) => Bytes;
}

function filesIn(folder: string): Files {
  const attempt = <Content>(file: string, how: (path: string) => Content): Content => {
    try {
      return how(resolve(folder, file));
    } catch (cause) {
      const message = `Cannot read ${file} (${reasonOf(cause)}): name a file.`;
      throw new OperatorError("no-file", message, { path: file }, { cause });
    }
  };
  const opened = (path: string): Bytes => {
    const bytes = FileBytes.open(path);
    // A folder can be opened and not read.
    bytes.subarray(0, 1);
    return bytes;
  };
  return { read: (file) => attempt(file, (path) => readFileSync(path)), open: (file) => attempt(file, opened) };
}

type DatasetFile<Kind> = Extract<JobFile["dataset"], { readonly kind: Kind }>;

function textOf({ file, tokens, ...options }: DatasetFile<"text">, { read }: Files): TextSource {
  const text = (path: string) => new TextDecoder().decode(read(path));
  const kind = typeof tokens === "object" ? { tokenizerJson: text(tokens.file) } : tokens;
  return defined({ ...options, text: text(file), tokens: kind }) as TextSource;
}

function csvOf({ file, heldOutFile, ...options }: DatasetFile<"csv">, { open }: Files): CsvSource {
  const heldOutText = heldOutFile === undefined ? undefined : open(heldOutFile);
  return defined({ ...options, text: open(file), heldOutText }) as CsvSource;
}

/** One tensor of a file, or all of them by their names. */
function tensorsIn(files: DatasetFile<"tensors">["files"], { open }: Files): Map<string, SourceTensor> {
  const tensors = new Map<string, SourceTensor>();
  const refuse = (message: string, facts: object): never => {
    throw new OperatorError("tensor-file", message, { ...facts });
  };
  const add = (field: string, tensor: SourceTensor) => {
    if (tensors.has(field)) refuse(`There are two tensors for the field "${field}": give each field once.`, { field });
    tensors.set(field, tensor);
  };
  for (const { file, field, member } of files) {
    const members = readTensorFile(open(file), basename(file));
    if (field === undefined && member === undefined && !members.has("")) {
      for (const [name, tensor] of members) add(name, tensor);
      continue;
    }
    const only = members.size === 1 && member === undefined ? [...members.values()][0] : undefined;
    const tensor = members.get(member ?? "") ?? only;
    const names = [...members.keys()].filter((name) => name !== "").map((name) => `${file}#${name}`);
    const choice = names.length === 0 ? "" : `, the file being one of ${names.join(", ")}`;
    if (field !== undefined && tensor !== undefined) add(field, tensor);
    else refuse(`${file} gives no field: name it as <field>=<file>${choice}.`, { file, names });
  }
  return tensors;
}

function tensorsOf({ files, heldOutFiles, ...options }: DatasetFile<"tensors">, from: Files): TensorsSource {
  const heldOutTensors = heldOutFiles === undefined ? undefined : tensorsIn(heldOutFiles, from);
  return defined({ ...options, tensors: tensorsIn(files, from), heldOutTensors }) as TensorsSource;
}

function datasetOf(dataset: JobFile["dataset"], files: Files): JobSource["dataset"] {
  switch (dataset.kind) {
    case "text":
      return textOf(dataset, files);
    case "csv":
      return csvOf(dataset, files);
    case "tensors":
      return tensorsOf(dataset, files);
  }
}

/**
 * What the compiler takes, of the part of a job that it decides. @param folder that paths are relative to
 * @throws OperatorError `no-file`, `tensor-file`
 */
export function sourceOf(file: Pick<JobFile, "name" | "model" | "dataset" | "training">, folder: string): JobSource {
  const { model, dataset, training } = file;
  const files = filesIn(folder);
  return defined({
    ...training,
    name: file.name ?? basename(model.file, ".onnx"),
    onnx: files.read(model.file),
    dataset: datasetOf(dataset, files),
    inputs: model.inputs,
    output: model.output,
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
