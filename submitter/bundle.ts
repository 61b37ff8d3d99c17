import type { Hex } from "viem";
import { OperatorError, sha256, toHex, wordsOf } from "../common/index.ts";
import {
  decodeProgram,
  decodeState,
  openDataset,
  type Dataset,
  type ExecutorInput,
  type Program,
  type State,
} from "../engine/index.ts";
import {
  decodeManifest,
  manifestHash,
  maxManifestBytes,
  obtainArtifact,
  obtainFile,
  type ArtifactStore,
  type Manifest,
  type Terms,
} from "../protocol/index.ts";
import { constantFileRoot, datasetFileRoot, programFileRoot, stateFileRoot } from "./roots.ts";

/** Where artifacts come from and where they are kept. */
export interface Source {
  readonly base: string;
  readonly store: ArtifactStore;
  /** UNITS: ms for one artifact. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** Largest program and dataset that are fetched; a dataset stays on the disk. UNITS: bytes. */
const maxProgramBytes = 64 * 1024 * 1024;
const maxDatasetBytes = 2 ** 36;
/** Largest tokenizer.json that is fetched. UNITS: bytes. */
const maxTokenizerBytes = 64 * 1024 * 1024;
/** Largest ONNX file that is fetched: that of a protobuf message. UNITS: bytes. */
const maxOnnxBytes = 2 ** 31 - 1;

function obtain(source: Source, root: Hex, maxBytes: number, rootOf: (bytes: Uint8Array) => Hex): Promise<Uint8Array> {
  const { store, ...rest } = source;
  return obtainArtifact(store, { ...rest, root, maxBytes, rootOf });
}

/** Errors: those of `fetchArtifact`; OperatorError `bad-manifest`. */
export async function obtainManifest(source: Source, hash: Hex): Promise<Manifest> {
  return decodeManifest(await obtain(source, hash, maxManifestBytes, manifestHash));
}

/** Errors: those of `fetchArtifact`. */
export async function obtainProgram(source: Source, root: Hex): Promise<Program> {
  return decodeProgram(await obtain(source, root, maxProgramBytes, programFileRoot));
}

/** Errors: those of `fetchArtifact`. */
export async function obtainOnnx(source: Source, root: Hex): Promise<Uint8Array> {
  return obtain(source, root, maxOnnxBytes, (bytes) => toHex(sha256(bytes)));
}

/** A file that the bundle names by the SHA-256 of its bytes. Errors: those of `fetchArtifact`. */
export async function obtainTokenizerFile(source: Source, root: Hex): Promise<string> {
  const bytes = await obtain(source, root, maxTokenizerBytes, (file) => toHex(sha256(file)));
  return new TextDecoder().decode(bytes);
}

/** Errors: those of `fetchArtifact`. */
export async function obtainDataset(source: Source, root: Hex): Promise<Dataset> {
  const { store, ...rest } = source;
  const options = { ...rest, root, maxBytes: maxDatasetBytes, rootOf: datasetFileRoot };
  return openDataset(await obtainFile(store, options)).dataset;
}

/** Errors: those of `fetchArtifact`. */
export async function obtainState(source: Source, root: Hex, program: Program): Promise<State> {
  const maxBytes = program.states.reduce((sum, { words }) => sum + 4 * words, 0);
  return decodeState(await obtain(source, root, maxBytes, (bytes) => stateFileRoot(bytes, program)), program);
}

/** Words of every constant that a program declares. Errors: those of `fetchArtifact`. */
export async function obtainConstants(source: Source, program: Program): Promise<Uint32Array[]> {
  const constants: Uint32Array[] = [];
  for (const { root, words, dtype } of program.constants) {
    const hex: Hex = `0x${Buffer.from(root).toString("hex")}`;
    constants.push(wordsOf(await obtain(source, hex, 4 * words, (bytes) => constantFileRoot(bytes, dtype))));
  }
  return constants;
}

/** All that replaying a job needs, each part checked against the root that the terms (or the program) name. */
export async function obtainInput(
  source: Source,
  terms: Pick<Terms, "programRoot" | "datasetRoot">,
): Promise<ExecutorInput> {
  const program = await obtainProgram(source, terms.programRoot);
  const constants = await obtainConstants(source, program);
  return { program, constants, dataset: await obtainDataset(source, terms.datasetRoot) };
}

/** The manifest of a job; it must speak of the job's program. Errors: OperatorError `wrong-manifest` besides. */
export async function obtainJobManifest(source: Source, terms: Terms): Promise<Manifest> {
  const manifest = await obtainManifest(source, terms.manifestHash);
  const { program, dataset, initialState } = manifest.roots;
  const same =
    program === terms.programRoot && dataset === terms.datasetRoot && initialState === terms.initialStateRoot;
  if (same) return manifest;
  throw new OperatorError("wrong-manifest", "The job's manifest describes another program, dataset or initial state.");
}
