import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  compileModel,
  createExecutor,
  parametersIn,
  readCsv,
  readTensorFile,
  readText,
  tensorDataset,
} from "../../engine/index.ts";
import type {
  CompiledModel,
  CompileOptions,
  Dataset,
  Engine,
  EngineOptions,
  NamedDataset,
  Optimiser,
  State,
} from "../../engine/index.ts";

/** Models exported from PyTorch, and what PyTorch's own training made of them: files of the folder that PINPOINT_DATA names. */

/** One optimiser's run in PyTorch: the loss of every step, and the lengths of the parameters at the end. */
export interface ReferenceRun {
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

/** Sample i of a step is `(step · batch + i) mod samples`: the sequential order. */
export interface Reference {
  readonly batch: number;
  readonly steps: number;
  readonly samples: number;
  readonly runs: readonly ReferenceRun[];
}

/** A model with its data. */
export interface ReferenceModel {
  readonly name: string;
  readonly reference: Reference;
  readonly samples: NamedDataset;
  readonly options: (run: ReferenceRun) => CompileOptions;
  readonly compile: (run: ReferenceRun) => CompiledModel;
}

const inflated = (folder: string, file: string) => gunzipSync(readFileSync(join(folder, file)));

function digits(folder: string): NamedDataset {
  return readCsv(inflated(folder, "digits.csv.gz").toString(), { header: false, divisor: 16 });
}

/** The MNIST test images, divided by 255. */
function images(folder: string): NamedDataset {
  const tensor = (name: string) => {
    const path = join(folder, `mnist/t10k-${name}-ubyte.gz`);
    return readTensorFile(readFileSync(path), path).get("")!;
  };
  return tensorDataset([
    { name: "features", tensor: tensor("images-idx3"), dtype: "f32", normalisation: { divisor: 255 } },
    { name: "label", tensor: tensor("labels-idx1"), dtype: "i32" },
  ]);
}

/** Windows of 64 characters side by side, each with the characters one further as its targets. */
function characters(folder: string, { samples }: Reference): NamedDataset {
  const text = inflated(folder, "tinyshakespeare.txt.gz").toString();
  const { train: windows } = readText(text, { context: 64, stride: 64, targets: "each" });
  return { ...windows, dataset: { ...windows.dataset, samples } };
}

const models = {
  "digits-mlp": { load: digits, field: "features", label: "label" },
  "mnist-lenet": { load: images, field: "features", label: "label" },
  "shakespeare-gpt": { load: characters, field: "tokens", label: "target" },
} as const;

export const referenceNames = Object.keys(models) as (keyof typeof models)[];

function optimiserOf({ optimizer, hyperparameters }: ReferenceRun): Optimiser {
  const { lr: learningRate, eps: epsilon, betas, momentum, weightDecay } = hyperparameters;
  const defined = Object.entries({ epsilon, betas, momentum, weightDecay }).filter(([, value]) => value !== undefined);
  return { kind: optimizer, learningRate, ...Object.fromEntries(defined) };
}

export function loadReference(folder: string, name: keyof typeof models): ReferenceModel {
  const { load, field, label } = models[name];
  const reference = JSON.parse(readFileSync(join(folder, `models/${name}.reference.json`), "utf8")) as Reference;
  const onnx = readFileSync(join(folder, `models/${name}.onnx`));
  const samples = load(folder, reference);
  const options = (run: ReferenceRun): CompileOptions => ({
    onnx,
    batch: reference.batch,
    fields: samples.fields,
    inputs: { x: field },
    label,
    loss: "softmaxCrossEntropy",
    optimiser: optimiserOf(run),
  });
  return { name, reference, samples, options, compile: (run) => compileModel(options(run)) };
}

/** The loss of every step, the state at the end, and the time that a step takes. */
export async function train(
  engine: Engine,
  model: CompiledModel,
  dataset: Dataset,
  steps: number,
  options: EngineOptions = {},
) {
  const input = { program: model.program, constants: model.constants, dataset };
  const executor = await createExecutor(engine, input, options);
  executor.setState(model.initialState);
  const losses: number[] = [];
  const place = model.states.findIndex(({ role }) => role === "loss");
  const started = performance.now();
  for (let step = 0; step < steps; step++) {
    executor.step({ step, seed: 0, order: "sequential" });
    losses.push(new Float32Array(executor.getState()[place]!.slice().buffer)[0]!);
  }
  const stepMs = (performance.now() - started) / steps;
  const state = executor.getState();
  await executor.close();
  return { losses, state, stepMs };
}

/** Relative errors of the losses, and of the lengths of the parameters at the end. */
export function errorsOf(model: CompiledModel, losses: readonly number[], state: State, run: ReferenceRun) {
  const parameters = [...parametersIn(model, state)].map(([name, { values }]) => {
    const length = Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));
    return Math.abs(length / run.finalL2[name]! - 1);
  });
  return { losses: losses.map((loss, step) => Math.abs(loss / run.loss[step]! - 1)), parameters };
}

export function titleOf({ optimizer, hyperparameters }: ReferenceRun): string {
  const settings = Object.entries(hyperparameters).map(([name, value]) => `${name} ${String(value)}`);
  return `${optimizer}, ${settings.join(", ")}`;
}
