import { execFile } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import type { Hex } from "viem";
import { createPrng, toHex, wordsOf } from "../../common/index.ts";
import {
  createExecutor,
  decodeProgram,
  decodeState,
  sampleAt,
  stateCommitment,
  writeOnnx,
  type Dataset,
  type StepContext,
} from "../../engine/index.ts";
import { ArtifactStore, serveArtifacts } from "../../protocol/index.ts";
import type { PrepareTask, SolveTask } from "./streamed-job.ts";

const SEED = 20_261_201;
/** Of the smaller dataset, of which a part would already not be held in memory, and of the larger one. */
const sizes = [5_000, 70_000] as const;
const width = 4_096;
const classes = 10;
const batch = 32;
const steps = 6;

/** UNITS: bytes that a process may need more for the larger dataset: parts of trees, and garbage. */
const mostGrowth = 64 * 2 ** 20;

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

function pixels(sample: number): Uint8Array {
  const row = new Uint8Array(width);
  for (let column = 0; column < width; column++) row[column] = Math.imul(sample * width + column, 0x9e3779b1) >>> 24;
  return row;
}

function writeNpy(path: string, shape: readonly number[], sampleOf: (sample: number) => Uint8Array): void {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`.padEnd(117) + "\n";
  const file = openSync(path, "w");
  writeSync(file, Buffer.concat([Buffer.from([0x93]), Buffer.from("NUMPY"), Buffer.from([1, 0, header.length, 0])]));
  writeSync(file, header);
  for (let sample = 0; sample < shape[0]!; sample++) writeSync(file, sampleOf(sample));
  closeSync(file);
}

interface Solved {
  readonly ends: Readonly<Record<StepContext["order"], Hex>>;
  readonly game: object;
}

/** Runs a task in a process of its own, whose heap is small; tells its peak resident memory, array buffers included. UNITS: bytes. */
async function inProcess<Result>(task: PrepareTask | SolveTask) {
  const script = join(import.meta.dirname, "streamed-job.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-old-space-size=128",
    script,
    JSON.stringify(task),
  ]);
  return JSON.parse(stdout) as { readonly peak: number; readonly result: Result };
}

/** A linear classifier and a dataset for it, as files. */
function writeFiles(folder: string, samples: number): PrepareTask["parts"] {
  const random = createPrng(SEED);
  const values = Float32Array.from({ length: width * classes }, () => (random.unit() - 0.5) / 64);
  const onnx = writeOnnx({
    name: "linear",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", width] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", classes] }],
    initialisers: { w: { dtype: "f32", shape: [width, classes], values } },
    nodes: [{ opType: "MatMul", inputs: ["x", "w"], output: "y" }],
  });
  writeFileSync(join(folder, "linear.onnx"), onnx);
  writeNpy(join(folder, "x.npy"), [samples, width], pixels);
  writeNpy(join(folder, "label.npy"), [samples], (sample) => Uint8Array.of(sample % classes));
  const files = ["x", "label"].map((field) => ({ field, file: `${field}.npy` }));
  return {
    name: "linear",
    model: { file: "linear.onnx" },
    dataset: { kind: "tensors", files, normalisation: { divisor: 255 } },
    training: { batch, optimiser: { kind: "sgd", learningRate: 0.5 } },
  };
}

/** The samples of some steps alone, in memory and in their order. */
function samplesOf({ firstStep, seed }: SolveTask["segment"], order: StepContext["order"], samples: number): Dataset {
  const places = Array.from({ length: steps * batch }, (_, i) =>
    sampleAt({ step: firstStep + Math.floor(i / batch), seed, order }, batch, i % batch, samples),
  );
  const x = new Float32Array(places.length * width);
  places.forEach((sample, row) => x.set(pixels(sample), row * width));
  const fields = [
    { dtype: "f32", words: new Uint32Array(x.map((each) => each / 255).buffer), stride: width, length: width },
    { dtype: "i32", words: Uint32Array.from(places, (sample) => sample % classes), stride: 1, length: 1 },
  ] as const;
  return { samples: places.length, fields };
}

describe(`a dataset larger than the memory (seed ${SEED})`, function () {
  this.timeout(3_600_000);
  const peaks: { readonly prepared: number; readonly solved: number }[] = [];

  for (const samples of sizes)
    it(`is prepared, fetched, trained on and disputed, to the states of its samples in memory: ${samples} samples`, async () => {
      const folder = mkdtempSync(join(tmpdir(), "pinpoint-streaming-"));
      try {
        await check(folder, samples);
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

  async function check(folder: string, samples: number): Promise<void> {
    const parts = writeFiles(folder, samples);
    const served = new ArtifactStore(join(folder, "served"));
    const prepared = await inProcess<SolveTask["terms"]>({ kind: "prepare", folder, store: served.directory, parts });
    const terms = prepared.result;
    const get = async (root: Hex) => (await served.get(root))!;
    const program = decodeProgram(await get(terms.programRoot));
    const sampling = program.operators.findIndex(({ kind, extents }) => kind === "Sample" && extents[1] === width);
    const { programRoot, datasetRoot, initialStateRoot: startRoot } = terms;
    const firstStep = Math.floor(samples / batch / 2);
    const segment = { programRoot, datasetRoot, startRoot, firstStep, steps, grid: 2, seed: SEED };
    const flip = { step: firstStep + 3, operator: sampling, element: 5_000, bit: 20 };
    const server = await serveArtifacts({ store: served });
    const own = { store: join(folder, "own"), uri: server.url };
    const solved = await inProcess<Solved>({ kind: "solve", ...own, terms, segment, flip });
    await server.close();
    const bytes = statSync(served.path(datasetRoot)).size;
    console.log(`      ${mebibytes(bytes)} of dataset: ${mebibytes(prepared.peak)} of memory at most to prepare, ${mebibytes(solved.peak)} to solve`); // prettier-ignore
    peaks.push({ prepared: prepared.peak, solved: solved.peak });
    expect(solved.result.game).to.deep.equal({ phase: "ChallengerWon", operator: sampling, verdict: "DefenderWrong" });

    const constants = await Promise.all(program.constants.map(async ({ root }) => wordsOf(await get(toHex(root)))));
    for (const order of ["sequential", "shuffled"] as const) {
      const dataset = samplesOf(segment, order, samples);
      const executor = await createExecutor("wasm", { program, constants, dataset });
      executor.setState(decodeState(await get(startRoot), program));
      for (let step = 0; step < steps; step++) executor.step({ step, seed: SEED, order: "sequential" });
      expect(toHex(stateCommitment(executor.getState(), program).root), order).to.equal(solved.result.ends[order]);
    }
  }

  it("needs no more memory for a dataset of a gibibyte", () => {
    expect(4 * width * sizes[1]).to.be.greaterThan(2 ** 30);
    const [small, large] = peaks as [(typeof peaks)[0], (typeof peaks)[0]];
    for (const name of ["prepared", "solved"] as const)
      expect(large[name] - small[name], name).to.be.lessThan(mostGrowth);
  });
});
