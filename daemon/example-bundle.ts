import type { Hex } from "viem";
import { bytesOf, createPrng, sha256, toHex } from "../common/index.ts";
import {
  classifierProgram,
  commitTensor,
  datasetCommitment,
  encodeDataset,
  encodeState,
  programCommitment,
  stateCommitment,
  wordOf,
  workUnitsPerStep,
  type Dataset,
} from "../engine/index.ts";
import { encodeManifest, manifestHash, type ArtifactStore, type Manifest } from "../protocol/index.ts";

/** What a submitter publishes about the smallest job that uses every operator, for tests and as an example. */
export interface ExampleBundle {
  readonly programRoot: Hex;
  readonly datasetRoot: Hex;
  readonly initialStateRoot: Hex;
  readonly manifestHash: Hex;
  readonly constantRoots: readonly Hex[];
  readonly manifest: Manifest;
  readonly workUnitsPerStep: bigint;
}

/** Samples of the example's dataset. */
const samples = 10;

/** The program is written by hand, so the model it names is an empty file. */
const emptyModel = new Uint8Array(0);

function describe(roots: Manifest["roots"]): Manifest {
  return {
    version: 1,
    name: "Softmax classifier",
    model: { onnx: toHex(sha256(emptyModel)), inputs: { x: "x" }, label: "y" },
    training: {
      batch: 4,
      loss: "softmaxCrossEntropy",
      optimiser: { kind: "sgd", learningRate: 0.125 },
      frozen: [],
    },
    dataset: {
      kind: "csv",
      fields: [
        { name: "x", dtype: "f32", length: 6 },
        { name: "y", dtype: "i32", length: 1 },
      ],
      samples,
      classes: 3,
      divisor: 1,
    },
    states: [
      { name: "weights", role: "parameter", shape: [3, 6], transposed: false },
      { name: "steps", role: "loss", shape: [1], transposed: false },
    ],
    roots,
  };
}

/** Puts every artifact of the bundle into a store: random data and weights from `seed`, rates for 64 steps. */
export async function putExampleBundle(store: ArtifactStore, seed: number): Promise<ExampleBundle> {
  const prng = createPrng(seed);
  const floats = (count: number) => Uint32Array.from({ length: count }, () => wordOf(prng.unit() * 2 - 1));
  const rates = commitTensor(new Uint32Array(64).fill(wordOf(0.125)), "f32");
  const classes = commitTensor(Uint32Array.of(0, 1, 2), "i32");
  const program = classifierProgram({ words: 64, root: rates.root }, classes.root);
  const labels = Uint32Array.from({ length: samples }, () => prng.below(3));
  const dataset: Dataset = {
    samples,
    fields: [
      { dtype: "f32", words: floats(6 * samples), stride: 6, length: 6 },
      { dtype: "i32", words: labels, stride: 1, length: 1 },
    ],
  };
  const state = [floats(18), Uint32Array.of(0)];
  const commitment = programCommitment(program);
  const roots = {
    program: toHex(commitment.root),
    constants: [rates, classes].map(({ root }) => toHex(root)),
    dataset: toHex(datasetCommitment(dataset).root),
    initialState: toHex(stateCommitment(state, program).root),
  };
  const described = describe(roots);
  const manifest = encodeManifest(described);
  await Promise.all([
    store.put(roots.program, commitment.encoded.bytes),
    store.put(roots.dataset, encodeDataset(dataset)),
    store.put(roots.initialState, encodeState(state)),
    store.put(manifestHash(manifest), manifest),
    store.put(toHex(sha256(emptyModel)), emptyModel),
    ...[rates, classes].map(({ root, words }) => store.put(toHex(root), bytesOf(words))),
  ]);
  return {
    programRoot: roots.program,
    datasetRoot: roots.dataset,
    initialStateRoot: roots.initialState,
    manifestHash: manifestHash(manifest),
    constantRoots: roots.constants,
    manifest: described,
    workUnitsPerStep: workUnitsPerStep(program),
  };
}
