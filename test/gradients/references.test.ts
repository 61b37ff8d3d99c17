import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { compileModel, readText } from "../../engine/index.ts";
import type { CompileOptions, NamedDataset } from "../../engine/index.ts";
import { errorsOf, plainRun, readReference, train, type Reference, type ReferenceRun } from "./reference.ts";

/** Greatest relative error of a loss, and of a parameter's length at the end. */
const TOLERANCE = 1e-3;
const data = process.env.PINPOINT_DATA;

/** Elements of an IDX file (big-endian; bytes) behind its header. */
function idx(path: string): Uint8Array {
  const bytes = gunzipSync(readFileSync(path));
  return bytes.subarray(4 + 4 * bytes[3]!);
}

/** The MNIST test images, divided by 255. */
function digits(folder: string): NamedDataset {
  const images = Float32Array.from(idx(join(folder, "mnist/t10k-images-idx3-ubyte.gz")), (pixel) => pixel / 255);
  const labels = Uint32Array.from(idx(join(folder, "mnist/t10k-labels-idx1-ubyte.gz")));
  const fields = [
    { name: "x", dtype: "f32", words: new Uint32Array(images.buffer), stride: 784, length: 784 },
    { name: "label", dtype: "i32", words: labels, stride: 1, length: 1 },
  ] as const;
  return { dataset: { samples: labels.length, fields }, fields };
}

/** Windows of 64 characters side by side, each with the characters one further as its targets. */
function characters(folder: string, { samples }: Reference): NamedDataset {
  const text = gunzipSync(readFileSync(join(folder, "tinyshakespeare.txt.gz"))).toString();
  const { train: windows } = readText(text, { context: 64, stride: 64, targets: "each" });
  return { ...windows, dataset: { ...windows.dataset, samples } };
}

interface Model {
  readonly name: string;
  readonly load: (folder: string, reference: Reference) => NamedDataset;
  readonly inputs: Readonly<Record<string, string>>;
  readonly label: string;
}

const models: readonly Model[] = [
  { name: "mnist-lenet", load: digits, inputs: { x: "x" }, label: "label" },
  { name: "shakespeare-gpt", load: characters, inputs: { x: "tokens" }, label: "target" },
];

interface Optimiser {
  readonly name: string;
  readonly run: (reference: Reference) => ReferenceRun;
  readonly options: (run: ReferenceRun) => CompileOptions["optimiser"];
}

const optimisers: readonly Optimiser[] = [
  { name: "SGD", run: plainRun, options: ({ hyperparameters: { lr } }) => ({ kind: "sgd", learningRate: lr }) },
];

describe("models exported from PyTorch, trained, against PyTorch", () => {
  if (data === undefined) {
    it.skip(`losses and parameters: PINPOINT_DATA names no folder (${models.length} models)`);
    return;
  }
  for (const model of models) {
    const reference = readReference(data, model.name);
    const samples = model.load(data, reference);
    for (const optimiser of optimisers) {
      it(`${model.name}, ${reference.steps} steps of ${optimiser.name}`, async function () {
        const run = optimiser.run(reference);
        const compiled = compileModel({
          onnx: readFileSync(join(data, `models/${model.name}.onnx`)),
          batch: reference.batch,
          fields: samples.fields,
          inputs: model.inputs,
          label: model.label,
          loss: "softmaxCrossEntropy",
          optimiser: optimiser.options(run),
        });
        const { losses, state, stepMs } = await train("wasm", compiled, samples.dataset, reference.steps);
        const errors = errorsOf(compiled, losses, state, run);
        const [loss, length] = [Math.max(...errors.losses), Math.max(...errors.parameters)];
        this.test!.title += ` (${compiled.program.operators.length} operators, ${stepMs.toFixed(0)} ms a step, greatest relative errors ${loss.toExponential(1)}, ${length.toExponential(1)})`;
        expect(errors.losses).to.have.length(reference.steps);
        expect(errors.parameters).to.have.length(Object.keys(run.finalL2).length);
        expect(loss).to.be.lessThan(TOLERANCE);
        expect(length).to.be.lessThan(TOLERANCE);
      });
    }
  }
});
