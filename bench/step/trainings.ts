import { createPrng, type Prng } from "../../common/index.ts";
import { compileModel, writeOnnx, type CompiledModel, type Dataset, type TensorData } from "../../engine/index.ts";
import { gptModel, type GptShape } from "../../examples/index.ts";
import type { AdamWSettings } from "../differentiate/training-graph.ts";

/** A training that every contender does: softmax cross-entropy, AdamW, samples in order. */
export interface Training {
  readonly onnx: Uint8Array;
  readonly batch: number;
  /** Shape of one sample of the model's only input. */
  readonly sample: readonly number[];
  /** The input's field and the labels'. */
  readonly fields: readonly Field[];
  readonly dataset: Dataset;
  readonly settings: AdamWSettings;
}

type Field = Dataset["fields"][number] & { readonly name: string };

/** Batches that a training has; then it begins again. */
export const BATCHES = 8;

const SEED = 1;

const settings: AdamWSettings = { learningRate: 0.001, betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 };

function field(name: string, length: number, values: Float32Array | Int32Array): Field {
  const dtype = values instanceof Float32Array ? "f32" : "i32";
  return { name, dtype, words: new Uint32Array(values.buffer), stride: length, length };
}

function training(onnx: Uint8Array, batch: number, sample: readonly number[], fields: readonly Field[]): Training {
  return { onnx, batch, sample, fields, dataset: { samples: batch * BATCHES, fields }, settings };
}

function uniform(prng: Prng, shape: readonly number[], bound: number): TensorData {
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, values: Float32Array.from({ length }, () => (2 * prng.unit() - 1) * bound) };
}

/** LeNet for images of 28 × 28 pixels: x f32 [batch, 1, 28, 28] → logits f32 [batch, 10]. */
function lenet(prng: Prng): Uint8Array {
  const layer = (name: string, shape: number[]) => {
    const bound = 1 / Math.sqrt(shape.slice(1).reduce((a, b) => a * b, 1));
    return { [`${name}.weight`]: uniform(prng, shape, bound), [`${name}.bias`]: uniform(prng, [shape[0]!], bound) };
  };
  const with5 = (pad: number) => ({ kernel_shape: [5, 5], pads: [pad, pad, pad, pad] });
  const halved = { kernel_shape: [2, 2], strides: [2, 2] };
  const weights = (name: string) => [`${name}.weight`, `${name}.bias`];
  return writeOnnx({
    name: "lenet",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", 1, 28, 28] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", 10] }],
    initialisers: {
      ...layer("conv1", [8, 1, 5, 5]),
      ...layer("conv2", [16, 8, 5, 5]),
      ...layer("dense", [64, 400]),
      ...layer("head", [10, 64]),
    },
    nodes: [
      { opType: "Conv", inputs: ["x", ...weights("conv1")], output: "conv1", attributes: with5(2) },
      { opType: "Relu", inputs: ["conv1"], output: "relu1" },
      { opType: "MaxPool", inputs: ["relu1"], output: "pool1", attributes: halved },
      { opType: "Conv", inputs: ["pool1", ...weights("conv2")], output: "conv2", attributes: with5(0) },
      { opType: "Relu", inputs: ["conv2"], output: "relu2" },
      { opType: "MaxPool", inputs: ["relu2"], output: "pool2", attributes: halved },
      { opType: "Flatten", inputs: ["pool2"], output: "flat" },
      { opType: "Gemm", inputs: ["flat", ...weights("dense")], output: "dense", attributes: { transB: 1 } },
      { opType: "Relu", inputs: ["dense"], output: "relu3" },
      { opType: "Gemm", inputs: ["relu3", ...weights("head")], output: "logits", attributes: { transB: 1 } },
    ],
  });
}

function convnet(batch: number): Training {
  const prng = createPrng(SEED);
  const samples = batch * BATCHES;
  const pixels = Float32Array.from({ length: samples * 784 }, () => prng.unit());
  const labels = Int32Array.from({ length: samples }, () => prng.below(10));
  return training(lenet(prng), batch, [1, 28, 28], [field("x", 784, pixels), field("label", 1, labels)]);
}

function gpt(shape: Omit<GptShape, "vocabulary">, batch: number): Training {
  const prng = createPrng(SEED);
  const { context } = shape;
  const vocabulary = 65;
  const tokens = () => Int32Array.from({ length: batch * BATCHES * context }, () => prng.below(vocabulary));
  const onnx = gptModel({ ...shape, vocabulary });
  return training(onnx, batch, [context], [field("tokens", context, tokens()), field("label", context, tokens())]);
}

/** By the name of the row. */
export const trainings = {
  "gpt-tiny": () => gpt({ context: 16, width: 32, heads: 2, layers: 1 }, 4),
  convnet: () => convnet(64),
  "gpt-0.1M": () => gpt({ context: 64, width: 64, heads: 4, layers: 2 }, 16),
  "gpt-1M": () => gpt({ context: 128, width: 128, heads: 4, layers: 5 }, 16),
  "gpt-10M": () => gpt({ context: 128, width: 384, heads: 6, layers: 6 }, 16),
} as const satisfies Readonly<Record<string, () => Training>>;

export type TrainingName = keyof typeof trainings;

/** The training as our program. */
export function compileTraining({ onnx, batch, fields, settings }: Training): CompiledModel {
  const [input, label] = fields as [Field, Field];
  const inputName = input.name;
  return compileModel({
    onnx,
    batch,
    fields,
    inputs: { [inputName]: inputName },
    label: label.name,
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "adamw", ...settings },
  });
}

/** Words of a field for the batch of a step, samples in order. */
export function batchWords({ batch, fields }: Training, which: 0 | 1, step: number): Uint32Array {
  const { words, length } = fields[which]!;
  const start = (step % BATCHES) * batch * length;
  return words.subarray(start, start + batch * length).slice();
}

/** Steps whose losses must agree before anything is measured. */
export const CHECKED_STEPS = 3;

/** The run that commits to a state and stores it. */
export const CHECKPOINT = "checkpoint";

/** Steps that a replay does before it hashes the state. */
export const REPLAYED_STEPS = 8;

/** The run that replays. */
export const REPLAY = `replay of ${REPLAYED_STEPS} steps`;
