import { writeFileSync } from "node:fs";
import { dirname, isAbsolute, relative, resolve } from "node:path";
import { OperatorError } from "../common/index.ts";
import type { Terms } from "../protocol/index.ts";
import { parseJobFile, reasonOf, type JobFileInput } from "./job-file.ts";
import type { PreparedJob } from "./prepare.ts";

type Parts = Pick<JobFileInput, "name" | "model" | "dataset" | "training">;

/** The dataset with every file that it names under another path. */
function withPaths(dataset: Parts["dataset"], path: (file: string) => string): Parts["dataset"] {
  const moved = <Named extends { file: string }>(named: Named): Named => ({ ...named, file: path(named.file) });
  switch (dataset.kind) {
    case "text": {
      const { tokens } = dataset;
      return { ...moved(dataset), ...(typeof tokens === "object" && { tokens: moved(tokens) }) };
    }
    case "csv": {
      const { heldOutFile } = dataset;
      return { ...moved(dataset), ...(heldOutFile !== undefined && { heldOutFile: path(heldOutFile) }) };
    }
    case "tensors": {
      const { files, heldOutFiles } = dataset;
      return { ...dataset, files: files.map(moved), ...(heldOutFiles && { heldOutFiles: heldOutFiles.map(moved) }) };
    }
  }
}

/** Paths as a file in another folder names them; absolute ones stay. */
function movedTo(folder: string, { model, dataset, training, ...rest }: Parts): Parts {
  const path = (file: string): string => (isAbsolute(file) ? file : relative(resolve(folder), resolve(file)));
  return { ...rest, model: { ...model, file: path(model.file) }, dataset: withPaths(dataset, path), training };
}

/** Every term but those that the compilation gives; the time to accept counts from `now`. */
function termsOf(complete: Terms, now: bigint, uri: string | undefined): Record<string, unknown> {
  const { programRoot: _p, datasetRoot: _d, initialStateRoot: _i, manifestHash: _m, workUnits: _w, ...rest } = complete;
  const { acceptBy, uri: _uri, ...others } = rest;
  const readable = Object.entries(others).map(([key, value]) => [
    key,
    typeof value === "bigint" ? String(value) : value,
  ]);
  return { ...Object.fromEntries(readable), acceptWithin: Number(acceptBy - now), ...(uri !== undefined && { uri }) };
}

export interface WriteJobOptions {
  /** Model, data and settings, with paths relative to the working folder. */
  readonly parts: Parts;
  readonly job: PreparedJob;
  /** All terms, and the time that the one to accept counts from: seconds since the epoch. */
  readonly terms: Terms;
  readonly now: bigint;
  /** Where the bundle will be served, if it is known. */
  readonly uri?: string;
}

/**
 * Writes a job with every term and root spelt out, never over another file.
 * @throws OperatorError `job-file-exists`, `no-job-file`, `bad-job-file`
 */
export function writeJobFile(to: string, { parts, job, terms, now, uri }: WriteJobOptions): void {
  const content = { version: 1, ...movedTo(dirname(to), parts), terms: termsOf(terms, now, uri), expected: job.roots };
  const text = `${JSON.stringify(content, null, 2)}\n`;
  parseJobFile(JSON.parse(text), to);
  try {
    writeFileSync(to, text, { flag: "wx" });
  } catch (cause) {
    const exists = (cause as NodeJS.ErrnoException).code === "EEXIST";
    const message = exists
      ? `${to} is there already: name another file, or remove it.`
      : `Cannot write the job file ${to} (${reasonOf(cause)}): name another file.`;
    throw new OperatorError(exists ? "job-file-exists" : "no-job-file", message, { path: to }, { cause });
  }
}
