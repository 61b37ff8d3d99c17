import { expect } from "chai";
import { createPrng, toHex } from "../../common/index.ts";
import {
  compileEvaluation,
  compileModel,
  createExecutor,
  evaluateMetrics,
  exportOnnx,
  parametersIn,
  readCsv,
  stateCommitment,
} from "../../engine/index.ts";
import type { CompiledModel, CompileOptions, Dataset, Engine, NamedDataset, State } from "../../engine/index.ts";
import { convolutionalModel, convolutionalSamples, gatedModel, gatedSamples, linearModel } from "./models.ts";
import { runOnnx } from "./run-onnx.ts";

const SEED = 20_261_125;
/** Between our held-out loss and onnxruntime's. */
const TOLERANCE = 1e-5;

async function train(engine: Engine, model: CompiledModel, dataset: Dataset, steps: number) {
  const executor = await createExecutor(engine, { program: model.program, constants: model.constants, dataset });
  executor.setState(model.initialState);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    executor.step({ step, seed: 1, order: "shuffled" });
    losses.push(new Float32Array(executor.getState().at(-1)!.slice().buffer)[0]!);
  }
  return { losses, state: executor.getState() };
}

type Compare = (outputs: Float32Array, wanted: Uint32Array) => number;

/** Mean loss of the model that a state exports to, by onnxruntime, over the whole batches of a dataset. */
async function exportedLoss(exported: Uint8Array, dataset: Dataset, batch: number, compare: Compare): Promise<number> {
  const batches = Math.floor(dataset.samples / batch);
  const wanted = dataset.fields[1]!;
  let total = 0;
  for (let first = 0; first < batches * batch; first += batch) {
    const { data } = await runOnnx(exported, dataset, first, batch);
    const words = wanted.words.subarray(first * wanted.stride, (first + batch) * wanted.stride);
    total += compare(data as Float32Array, words);
  }
  return total / batches;
}

const crossEntropy: Compare = (logits, labels) => {
  const classes = logits.length / labels.length;
  const losses = [...labels].map((label, row) => {
    const z = [...logits.subarray(row * classes, (row + 1) * classes)];
    const largest = Math.max(...z);
    return Math.log(z.reduce((sum, value) => sum + Math.exp(value - largest), 0)) + largest - z[label]!;
  });
  return losses.reduce((a, b) => a + b) / losses.length;
};

const squaredError: Compare = (outputs, words) => {
  const targets = new Float32Array(words.slice().buffer);
  return outputs.reduce((sum, value, i) => sum + (value - targets[i]!) ** 2, 0) / outputs.length;
};

/** Our held-out loss of a state, and onnxruntime's of the file that it exports to. */
async function heldOutLosses(
  options: CompileOptions,
  model: CompiledModel,
  state: State,
  { dataset }: NamedDataset,
  compare: Compare,
) {
  const { loss: ours } = await evaluateMetrics({
    engine: "wasm",
    forward: compileEvaluation(options),
    dataset,
    parameters: state,
  });
  const exported = exportOnnx(options.onnx, model, state);
  return { ours, theirs: await exportedLoss(exported, dataset, options.batch, compare) };
}

describe(`a gated perceptron with a spelled-out layer normalisation (seed ${SEED})`, () => {
  const samples = gatedSamples(SEED, 256);
  const heldOut = gatedSamples(SEED + 1, 64);
  const options: CompileOptions = {
    onnx: gatedModel(createPrng(SEED)),
    batch: 16,
    fields: samples.fields,
    inputs: { x: "x" },
    label: "label",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "sgd", learningRate: 0.5 },
  };
  const model = compileModel(options);
  const steps = 60;

  it("ends in one state root by both engines", async () => {
    const roots = await Promise.all(
      (["reference", "wasm"] as const).map(async (engine) => {
        const { state } = await train(engine, model, samples.dataset, steps);
        return toHex(stateCommitment(state, model.program).root);
      }),
    );
    expect(roots[0]).to.equal(roots[1]);
  });

  it("trains every parameter, learns, and has the same held-out loss in onnxruntime", async function () {
    expect(model.states.map(({ role }) => role)).to.deep.equal([
      ...Array.from({ length: 7 }, () => "parameter"),
      "loss",
    ]);
    const { state } = await train("wasm", model, samples.dataset, steps * 5);
    for (const [i, words] of state.slice(0, -1).entries()) expect(words).to.not.deep.equal(model.initialState[i]);
    const before = await heldOutLosses(options, model, model.initialState, heldOut, crossEntropy);
    const after = await heldOutLosses(options, model, state, heldOut, crossEntropy);
    this.test!.title += ` (${before.ours.toFixed(3)} → ${after.ours.toFixed(3)}, ${Math.abs(after.ours - after.theirs).toExponential(1)} from onnxruntime)`;
    expect(after.ours).to.be.lessThan(before.ours - 0.5);
    expect(after.theirs).to.be.closeTo(after.ours, TOLERANCE);
    expect(before.theirs).to.be.closeTo(before.ours, TOLERANCE);
  });
});

describe(`a convolutional network with normalisations, pools and dropout (seed ${SEED})`, () => {
  const samples = convolutionalSamples(SEED, 64);
  const options: CompileOptions = {
    onnx: convolutionalModel(createPrng(SEED)),
    batch: 16,
    fields: samples.fields,
    inputs: { x: "x" },
    label: "label",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "sgd", learningRate: 0.1 },
  };
  const model = compileModel(options);

  it("is used by its running statistics, without dropout, and then has onnxruntime's loss", async function () {
    expect(model.states.filter(({ role }) => role === "running").map(({ name }) => name)).to.deep.equal([
      "mean",
      "variance",
    ]);
    const { state } = await train("wasm", model, samples.dataset, 400);
    const before = await heldOutLosses(options, model, model.initialState, samples, crossEntropy);
    const after = await heldOutLosses(options, model, state, samples, crossEntropy);
    this.test!.title += ` (${before.ours.toFixed(3)} → ${after.ours.toFixed(3)}, ${Math.abs(after.ours - after.theirs).toExponential(1)} from onnxruntime)`;
    expect(after.ours).to.be.lessThan(before.ours - 0.1);
    expect(after.theirs).to.be.closeTo(after.ours, TOLERANCE);
  });
});

describe(`a regression by the mean squared error (seed ${SEED})`, () => {
  const prng = createPrng(SEED);
  const row = () => {
    const [a, b] = [prng.unit() * 2 - 1, prng.unit() * 2 - 1];
    return [a, 2 * a - 3 * b + 0.5, b, a + b].join(",");
  };
  const rows = (n: number) => ["a,p,b,q", ...Array.from({ length: n }, row)].join("\n");
  const csv = (n: number) => readCsv(rows(n), { header: true, targets: ["p", "q"] });
  const [samples, heldOut] = [csv(128), csv(32)];
  const options: CompileOptions = {
    onnx: linearModel(2, 2),
    batch: 16,
    fields: samples.fields,
    inputs: { x: "features" },
    label: "target",
    loss: "meanSquaredError",
    optimiser: { kind: "sgd", learningRate: 0.4 },
  };
  const model = compileModel(options);

  it("finds the line, in one state root by both engines, and onnxruntime has the same held-out loss", async function () {
    const [reference, wasm] = await Promise.all([
      train("reference", model, samples.dataset, 200),
      train("wasm", model, samples.dataset, 200),
    ]);
    expect(reference.state).to.deep.equal(wasm.state);
    const parameters = parametersIn(model, wasm.state);
    const wanted = [2, 1, -3, 1, 0.5, 0];
    const found = [...parameters.get("w")!.values, ...parameters.get("c")!.values];
    for (const [i, value] of found.entries()) expect(value).to.be.closeTo(wanted[i]!, 1e-3);
    expect(wasm.losses[0]!).to.be.greaterThan(1);
    expect(wasm.losses.at(-1)!).to.be.lessThan(1e-6);
    const start = await heldOutLosses(options, model, model.initialState, heldOut, squaredError);
    const { ours, theirs } = await heldOutLosses(options, model, wasm.state, heldOut, squaredError);
    this.test!.title += ` (${start.ours.toFixed(3)} → ${ours.toExponential(1)})`;
    expect(start.theirs).to.be.closeTo(start.ours, TOLERANCE);
    expect(theirs).to.be.closeTo(ours, TOLERANCE);
    expect(ours).to.be.lessThan(1e-6);
  });

  it("refuses labels that are no f32 words, or too few", () => {
    const fields = [...samples.fields, { name: "label", dtype: "i32", length: 2 }] as const;
    expect(() => compileModel({ ...options, fields, label: "label" })).to.throw(
      "The target field gives 32 i32 words a batch, but outputs [16, 2] need 32 f32 words.",
    );
    const short = [samples.fields[0]!, { name: "target", dtype: "f32", length: 1 }] as const;
    expect(() => compileModel({ ...options, fields: short })).to.throw(
      "The target field gives 16 f32 words a batch, but outputs [16, 2] need 32 f32 words.",
    );
  });
});
