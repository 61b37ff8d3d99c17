import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { toHex } from "../../common/index.ts";
import {
  compileModel,
  createExecutor,
  nodeRules,
  importOnnx,
  parametersIn,
  programCommitment,
  readCsv,
  readTensorFile,
  readText,
  stateCommitment,
  tensorDataset,
} from "../../engine/index.ts";
import type { CompiledModel, Dataset, Engine, NamedDataset, Optimiser, State } from "../../engine/index.ts";

/** One optimiser's run in PyTorch: the loss of every step, and the lengths of the parameters at the end. */
interface Run {
  readonly optimizer: "sgd" | "adam" | "adamw";
  readonly hyperparameters: {
    readonly lr: number;
    readonly momentum?: number;
    readonly betas?: readonly [number, number];
    readonly eps?: number;
    readonly weightDecay?: number;
  };
  readonly loss: readonly number[];
  readonly finalL2: Readonly<Record<string, number>>;
}

interface Reference {
  readonly batch: number;
  readonly steps: number;
  readonly runs: readonly Run[];
}

/** Relative, of the loss at every step and of the lengths at the end. */
const TOLERANCE = 1e-3;
const data = process.env.PINPOINT_DATA;
const file = (name: string) => readFileSync(join(data as string, name));

interface Model {
  readonly input: string;
  readonly field: string;
  readonly label: string;
  /** Engine of the comparison; the state roots are compared over both where the model is small. */
  readonly engine: Engine;
  readonly samples: () => NamedDataset;
}

const digits = () => readCsv(gunzipSync(file("digits.csv.gz")).toString(), { header: false, divisor: 16 });

function characters(): NamedDataset {
  const text = gunzipSync(file("tinyshakespeare.txt.gz")).toString();
  return readText(text, { context: 64, stride: 64, targets: "each" }).train;
}

function images(): NamedDataset {
  const tensor = (name: string) => readTensorFile(file(`mnist/t10k-${name}-ubyte.gz`), name).get("")!;
  return tensorDataset([
    { name: "image", tensor: tensor("images-idx3"), dtype: "f32", normalisation: { divisor: 255 } },
    { name: "label", tensor: tensor("labels-idx1"), dtype: "i32" },
  ]);
}

const models: Readonly<Record<string, Model>> = {
  "digits-mlp": { input: "x", field: "features", label: "label", engine: "reference", samples: digits },
  "mnist-lenet": { input: "x", field: "image", label: "label", engine: "wasm", samples: images },
  "shakespeare-gpt": { input: "x", field: "tokens", label: "target", engine: "wasm", samples: characters },
};

function optimiserOf({ optimizer, hyperparameters }: Run): Optimiser {
  const { lr: learningRate, eps: epsilon, betas, momentum, weightDecay } = hyperparameters;
  const defined = Object.entries({ epsilon, betas, momentum, weightDecay }).filter(([, value]) => value !== undefined);
  return { kind: optimizer, learningRate, ...Object.fromEntries(defined) };
}

function titleOf({ optimizer, hyperparameters }: Run): string {
  const settings = Object.entries(hyperparameters).map(([name, value]) => `${name} ${String(value)}`);
  return `${optimizer}, ${settings.join(", ")}`;
}

/** The reference's samples are `(step · batch + i) mod samples`: the sequential order. */
async function train(engine: Engine, model: CompiledModel, dataset: Dataset, steps: number) {
  const executor = await createExecutor(engine, { program: model.program, constants: model.constants, dataset });
  executor.setState(model.initialState);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    executor.step({ step, seed: 0, order: "sequential" });
    losses.push(new Float32Array(executor.getState().at(-1)!.buffer)[0]!);
  }
  return { losses, state: executor.getState() };
}

function parameterErrors(model: CompiledModel, state: State, expected: Readonly<Record<string, number>>): number[] {
  return [...parametersIn(model, state)].map(([name, { values }]) => {
    const length = Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));
    return Math.abs(length / expected[name]! - 1);
  });
}

function compareWithReference(model: CompiledModel, run: Run, losses: readonly number[], state: State): string {
  expect(losses).to.have.length(run.loss.length);
  const lossError = Math.max(...losses.map((loss, step) => Math.abs(loss / run.loss[step]! - 1)));
  const errors = parameterErrors(model, state, run.finalL2);
  expect(errors).to.have.length(Object.keys(run.finalL2).length);
  const parameterError = Math.max(...errors);
  expect(lossError).to.be.lessThan(TOLERANCE);
  expect(parameterError).to.be.lessThan(TOLERANCE);
  return ` (greatest relative errors: losses ${lossError.toExponential(1)}, parameters ${parameterError.toExponential(1)})`;
}

function compareRun(name: string, { batch, steps }: Reference, run: Run, dataset: NamedDataset): void {
  const { input, field, label, engine } = models[name]!;
  const onnx = file(`models/${name}.onnx`);
  const compile = () =>
    compileModel({
      onnx,
      batch,
      fields: dataset.fields,
      inputs: { [input]: field },
      label,
      loss: "softmaxCrossEntropy",
      optimiser: optimiserOf(run),
    });
  it(`${titleOf(run)}, ${steps} steps`, async function () {
    this.timeout(120_000);
    const model = compile();
    const { losses, state } = await train(engine, model, dataset.dataset, steps);
    this.test!.title += compareWithReference(model, run, losses, state);
    if (engine !== "reference") return;
    const again = compile();
    expect(toHex(programCommitment(again.program).root)).to.equal(toHex(programCommitment(model.program).root));
    const wasm = await train("wasm", again, dataset.dataset, steps);
    expect(toHex(stateCommitment(wasm.state, again.program).root)).to.equal(
      toHex(stateCommitment(state, model.program).root),
    );
  });
}

describe("losses and parameters against PyTorch, by one program root and state root of both engines", () => {
  for (const name of Object.keys(models)) {
    describe(name, () => {
      if (data === undefined) {
        it.skip("PINPOINT_DATA names no folder: no run is compared");
        return;
      }
      const reference = JSON.parse(file(`models/${name}.reference.json`).toString()) as Reference;
      const missing = importOnnx(file(`models/${name}.onnx`)).nodes.filter(({ opType }) => !nodeRules.has(opType));
      if (missing.length > 0) {
        const kinds = [...new Set(missing.map(({ opType }) => opType))].join(", ");
        it.skip(`${reference.runs.length} runs: the compiler has no rule for ${kinds}`);
        return;
      }
      const dataset = models[name]!.samples();
      for (const run of reference.runs) compareRun(name, reference, run, dataset);
    });
  }
});
