import type { Hex } from "viem";
import { bytesOf, OperatorError, sha256, toHex, writeAt } from "../common/index.ts";
import type { Bytes } from "../common/index.ts";
import {
  datasetBytes,
  decodeProgram,
  encodeState,
  programCommitment,
  stateCommitment,
  workUnitsPerStep,
  writeDataset,
  type CompiledModel,
  type Dataset,
  type Program,
} from "../engine/index.ts";
import {
  decodeManifest,
  encodeManifest,
  manifestHash,
  type ArtifactStore,
  type Manifest,
  type Terms,
} from "../protocol/index.ts";
import { compileJob, type CompiledJob } from "./compile.ts";
import type { JobSource } from "./job-source.ts";
import { constantFileRoot, datasetFileRoot, programFileRoot, stateFileRoot } from "./roots.ts";

export interface PreparedJob {
  readonly manifest: Manifest;
  /** What the terms of the job name. */
  readonly roots: Pick<Terms, "programRoot" | "datasetRoot" | "initialStateRoot" | "manifestHash">;
  readonly workUnitsPerStep: bigint;
  readonly program: Program;
  /** UNITS: bytes of the whole bundle. */
  readonly bundleBytes: number;
}

/** A job whose model was compiled just now. */
export interface NewJob extends PreparedJob {
  readonly compiled: CompiledModel;
}

/** Puts artifacts and counts their bytes. */
class Bundle {
  readonly #store: ArtifactStore;
  readonly #added: Hex[] = [];
  bytes = 0;

  constructor(store: ArtifactStore) {
    this.#store = store;
  }

  async put(root: Hex, bytes: Uint8Array): Promise<Hex> {
    const present = await this.#store.has(root);
    await this.#store.put(root, bytes);
    if (!present) this.#added.push(root);
    this.bytes += bytes.length;
    return root;
  }

  /** Takes back what the store did not hold before. */
  async undo(): Promise<void> {
    for (const root of this.#added.splice(0)) await this.#store.remove(root).catch(() => undefined);
  }

  /** Puts a dataset, whose words go from where they are to the disk. */
  async dataset(dataset: Dataset): Promise<Hex> {
    let present = true;
    const root = await this.#store.write(async ({ file }) => {
      const made = toHex(writeDataset(dataset, (bytes, position) => writeAt(file.fd, bytes, position)));
      present = await this.#store.has(made);
      return made;
    });
    if (!present) this.#added.push(root);
    this.bytes += datasetBytes(dataset);
    return root;
  }
}

/** Puts the file of a text's tokenizer beside the dataset. */
async function withTokenizer(
  bundle: Bundle,
  { dataset: source }: JobSource,
  dataset: Manifest["dataset"],
): Promise<Manifest["dataset"]> {
  if (dataset.kind !== "text" || source.kind !== "text" || typeof source.tokens !== "object") return dataset;
  const bytes = new TextEncoder().encode(source.tokens.tokenizerJson);
  return { ...dataset, tokenizer: { kind: "bpe", file: await bundle.put(toHex(sha256(bytes)), bytes) } };
}

async function putAll(bundle: Bundle, source: JobSource, job: CompiledJob): Promise<Manifest> {
  const { compiled, train, heldOut, describe } = job;
  const { program, constants, initialState } = compiled;
  const onnx = await bundle.put(toHex(sha256(source.onnx)), source.onnx);
  const { root, encoded } = programCommitment(program);
  const constantRoots: Hex[] = [];
  for (const [index, { root: constant }] of program.constants.entries()) {
    const words = constants[index];
    if (words !== undefined) constantRoots.push(await bundle.put(toHex(constant), bytesOf(words)));
  }
  const initial = toHex(stateCommitment(initialState, program).root);
  const roots = {
    program: await bundle.put(toHex(root), encoded.bytes),
    constants: constantRoots,
    dataset: await bundle.dataset(train.dataset),
    initialState: await bundle.put(initial, encodeState(initialState)),
  };
  const held = heldOut === undefined ? {} : { heldOut: await bundle.dataset(heldOut.dataset) };
  const states = compiled.states.map(({ name, role, shape, transposed }) => {
    if (role === "logits" || role === "metric")
      throw new OperatorError("no-training", "A forward program is no job: it trains nothing.");
    return { name, role, shape: [...shape], transposed };
  });
  const dataset = await withTokenizer(bundle, source, { ...describe.dataset, ...held });
  const model = { onnx, ...describe.model };
  return { version: 1, name: source.name, model, training: describe.training, dataset, states, roots };
}

/** What a caller demands of a compiled job; what it throws takes the bundle back. */
export type JobCheck = (job: PreparedJob) => void;

async function putBundle(bundle: Bundle, source: JobSource, job: CompiledJob, check: JobCheck): Promise<PreparedJob> {
  try {
    const manifest = await putAll(bundle, source, job);
    const bytes = encodeManifest(manifest);
    const hash = await bundle.put(manifestHash(bytes), bytes);
    const { program: programRoot, dataset: datasetRoot, initialState: initialStateRoot } = manifest.roots;
    const roots = { programRoot, datasetRoot, initialStateRoot, manifestHash: hash };
    const { program } = job.compiled;
    const units = workUnitsPerStep(program);
    const prepared = { manifest, roots, workUnitsPerStep: units, program, bundleBytes: bundle.bytes };
    check(prepared);
    return prepared;
  } catch (error) {
    await bundle.undo();
    throw error;
  }
}

/**
 * Compiles a job and writes its bundle (manifest, program, constants, datasets, initial state, ONNX file) into a store, whole
 * or not at all.
 * Errors: OperatorError, one sentence on what the model, the data or the disk lacks; what `check` throws.
 */
export async function prepareJob(
  source: JobSource,
  store: ArtifactStore,
  check: JobCheck = () => undefined,
): Promise<NewJob> {
  const job = compileJob(source);
  const prepared = await putBundle(new Bundle(store), source, job, check);
  return { ...prepared, compiled: job.compiled };
}

/** SAFETY: whoever submits a damaged bundle pays for a job that nobody can solve. */
function checkArtifact<Content extends Bytes>(
  store: ArtifactStore,
  root: Hex,
  bytes: Content,
  rootOf: (bytes: Content) => Hex,
): Content {
  let cause: unknown;
  try {
    if (rootOf(bytes).toLowerCase() === root.toLowerCase()) return bytes;
  } catch (error) {
    cause = error;
  }
  const message = `${store.path(root)} is damaged: its ${bytes.length} bytes are not those that its name commits to; run \`pinpoint compile\` again.`;
  throw new OperatorError("bundle-damaged", message, { root }, { cause });
}

/**
 * A job whose bundle is in a store already. Errors: OperatorError `not-prepared` when the store lacks the manifest or the
 * program, `bundle-damaged` when an artifact is not what its name commits to, `bad-manifest`.
 */
export async function openPrepared(store: ArtifactStore, hash: Hex): Promise<PreparedJob> {
  const held = <Content>(root: Hex, content: Content | undefined): Content => {
    if (content !== undefined) return content;
    const message = `${store.directory} does not hold ${root}: run \`pinpoint compile\` again or name its folder.`;
    throw new OperatorError("not-prepared", message, { directory: store.directory, root });
  };
  const need = async (root: Hex, rootOf: (bytes: Uint8Array) => Hex): Promise<Uint8Array> =>
    checkArtifact(store, root, held(root, await store.get(root)), rootOf);
  const needFile = async (root: Hex, rootOf: (bytes: Bytes) => Hex): Promise<{ readonly length: number }> => {
    const file = held(root, await store.open(root));
    checkArtifact(store, root, file, rootOf);
    file.close();
    return file;
  };
  const manifest = decodeManifest(await need(hash, manifestHash));
  const { program: programRoot, dataset: datasetRoot, initialState: initialStateRoot } = manifest.roots;
  const program = decodeProgram(await need(programRoot, programFileRoot));
  const { heldOut } = manifest.dataset;
  const tokenizerFile = manifest.dataset.kind === "text" ? manifest.dataset.tokenizer?.file : undefined;
  const tokenizer = tokenizerFile === undefined ? [] : [tokenizerFile];
  const sizes = await Promise.all([
    need(hash, manifestHash),
    need(programRoot, programFileRoot),
    need(initialStateRoot, (bytes) => stateFileRoot(bytes, program)),
    need(manifest.model.onnx, (bytes) => toHex(sha256(bytes))),
    ...program.constants.map(({ root, dtype }) => need(toHex(root), (bytes) => constantFileRoot(bytes, dtype))),
    ...tokenizer.map((root) => need(root, (bytes) => toHex(sha256(bytes)))),
    ...[datasetRoot, ...(heldOut === undefined ? [] : [heldOut])].map((root) => needFile(root, datasetFileRoot)),
  ]);
  const bundleBytes = sizes.reduce((sum, { length }) => sum + length, 0);
  const roots = { programRoot, datasetRoot, initialStateRoot, manifestHash: hash };
  return { manifest, roots, workUnitsPerStep: workUnitsPerStep(program), program, bundleBytes };
}
