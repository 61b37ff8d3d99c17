import { createPrng, type Prng } from "../../common/index.ts";
import { writeOnnx } from "../../engine/index.ts";
import type { NamedDataset, NodeDescription, TensorData } from "../../engine/index.ts";
import { ints, node } from "./case.ts";

/** Positions and words of a sample, and classes, of the gated model. */
const gated = { positions: 3, width: 8, classes: 4 } as const;

function uniform(prng: Prng, shape: number[], bound: number): TensorData {
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, values: Float32Array.from({ length }, () => (2 * prng.unit() - 1) * bound) };
}

/** (x − mean)/√(variance + ε)·gain + shift over the last axis, with axes as an attribute. */
const normalisation: readonly NodeDescription[] = [
  node("Constant", [], "epsilon", { value: { dtype: "f32", shape: [], values: Float32Array.of(1e-5) } }),
  node("ReduceMean", ["x"], "mean", { axes: [-1] }),
  node("Sub", ["x", "mean"], "centred"),
  node("Mul", ["centred", "centred"], "square"),
  node("ReduceMean", ["square"], "variance", { axes: [-1] }),
  node("Add", ["variance", "epsilon"], "positive"),
  node("Sqrt", ["positive"], "deviation"),
  node("Div", ["centred", "deviation"], "normal"),
  node("Mul", ["normal", "gain"], "scaled"),
  node("Add", ["scaled", "shift"], "normalised"),
];

/** Half of a projection gates the other, a product over the positions mixes them, and a strided part goes around it. */
const gate: readonly NodeDescription[] = [
  ints("zero", 0),
  ints("all", 2 ** 40),
  ints("last", -1),
  ints("two", 2),
  ints("parts", 8, 8, 4),
  node("Concat", ["normalised", "x"], "wide", { axis: -1 }),
  node("MatMul", ["wide", "project"], "projected"),
  node("Add", ["projected", "projectBias"], "biased"),
  node("Split", ["biased", "parts"], ["values", "gates", "aside"], { axis: 2 }),
  node("Sigmoid", ["gates"], "open"),
  node("Mul", ["values", "open"], "gated"),
  node("Transpose", ["gated"], "byWord", { perm: [0, 2, 1] }),
  node("MatMul", ["byWord", "mix"], "mixed"),
  node("Transpose", ["mixed"], "byPosition", { perm: [0, 2, 1] }),
  node("Slice", ["aside", "zero", "all", "last", "two"], "half"),
  node("Concat", ["byPosition", "half"], "features", { axis: 2 }),
  node("ReduceMean", ["features"], "pooled", { axes: [1], keepdims: 0 }),
  node("Gemm", ["pooled", "head", "headBias"], "logits", { transB: 1 }),
];

/** A gated perceptron over x [batch, positions, width] with a layer normalisation. */
export function gatedModel(prng: Prng): Uint8Array {
  const { positions, width, classes } = gated;
  return writeOnnx({
    name: "gated",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", positions, width] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", classes] }],
    initialisers: {
      gain: uniform(prng, [width], 1),
      shift: uniform(prng, [width], 0.1),
      project: uniform(prng, [2 * width, 20], 0.25),
      projectBias: uniform(prng, [20], 0.1),
      mix: uniform(prng, [positions, positions], 0.5),
      head: uniform(prng, [classes, width + 2], 0.3),
      headBias: uniform(prng, [classes], 0.1),
    },
    nodes: [...normalisation, ...gate],
  });
}

/** Planes of the convolutional model, and its classes. */
const convolutional = { channels: 2, height: 7, width: 6, classes: 3 } as const;

/** Convolutions (padded; depthwise, dilated), batch normalisation, overlapping pools, and their way back. */
const features: readonly NodeDescription[] = [
  node("Conv", ["x", "first", "firstBias"], "c1", { pads: [1, 1, 1, 1] }),
  node("BatchNormalization", ["c1", "gain", "shift", "mean", "variance"], "n1"),
  node("Relu", ["n1"], "r1"),
  node("MaxPool", ["r1"], "p1", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }),
  node("Conv", ["p1", "depthwise"], "c2", { group: 4, dilations: [2, 1], pads: [2, 0, 2, 1] }),
  node("Erf", ["c2"], "e2"),
  node("ConvTranspose", ["e2", "back", "backBias"], "c3", { strides: [2, 1], output_padding: [1, 0] }),
  node("AveragePool", ["c3"], "p3", { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }),
  node("Dropout", ["p3"], "d3", {}),
  node("Flatten", ["d3"], "f3"),
];

/** What is left, with a mask, sums along an axis, places picked by known indices, and a row normalisation. */
const head: readonly NodeDescription[] = [
  ints("places", 3, 0, 5, 3, 1, 7),
  node("Gather", ["f3", "places"], "picked", { axis: 1 }),
  node("Constant", [], "axis", { value_int: 1 }),
  node("CumSum", ["picked", "axis"], "sums"),
  node("LayerNormalization", ["sums", "rowGain", "rowShift"], "n4"),
  node("Constant", [], "zero", { value: { dtype: "f32", shape: [], values: Float32Array.of(0) } }),
  node("Less", ["n4", "zero"], "below"),
  node("Constant", [], "two", { value: { dtype: "f32", shape: [], values: Float32Array.of(2) } }),
  node("Pow", ["n4", "two"], "square"),
  node("Where", ["below", "n4", "square"], "bent"),
  node("Gemm", ["bent", "weights"], "logits", { transB: 1 }),
];

/** A small convolutional network over x [batch, channels, height, width] with one of most kinds of operators. */
export function convolutionalModel(prng: Prng): Uint8Array {
  const { channels, height, width, classes } = convolutional;
  return writeOnnx({
    name: "convolutional",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", channels, height, width] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", classes] }],
    initialisers: {
      first: uniform(prng, [4, channels, 3, 3], 0.5),
      firstBias: uniform(prng, [4], 0.1),
      gain: uniform(prng, [4], 1),
      shift: uniform(prng, [4], 0.5),
      mean: uniform(prng, [4], 0.1),
      variance: { dtype: "f32", shape: [4], values: Float32Array.of(1, 1, 1, 1) },
      depthwise: uniform(prng, [4, 1, 2, 2], 1),
      back: uniform(prng, [4, 2, 2, 2], 1),
      backBias: uniform(prng, [2], 0.1),
      rowGain: uniform(prng, [6], 1),
      rowShift: uniform(prng, [6], 0.5),
      weights: uniform(prng, [classes, 6], 0.5),
    },
    nodes: [...features, ...head],
  });
}

/** Random planes with random labels. */
export function convolutionalSamples(seed: number, samples: number): NamedDataset {
  const prng = createPrng(seed);
  const { channels, height, width, classes } = convolutional;
  const length = channels * height * width;
  const x = Float32Array.from({ length: samples * length }, () => prng.unit() * 2 - 1);
  const labels = Int32Array.from({ length: samples }, () => prng.below(classes));
  const fields = [
    { name: "x", dtype: "f32", words: new Uint32Array(x.buffer), stride: length, length },
    { name: "label", dtype: "i32", words: new Uint32Array(labels.buffer), stride: 1, length: 1 },
  ] as const;
  return { dataset: { samples, fields }, fields };
}

/** Samples labelled by the largest of the first words, summed over the positions. */
export function gatedSamples(seed: number, samples: number): NamedDataset {
  const prng = createPrng(seed);
  const { positions, width, classes } = gated;
  const length = positions * width;
  const x = Float32Array.from({ length: samples * length }, () => prng.unit() * 2 - 1);
  const labels = Int32Array.from({ length: samples }, (_, sample) => {
    const scores = Array.from({ length: classes }, (_unused, word) =>
      Array.from({ length: positions }, (_none, at) => x[sample * length + at * width + word]!).reduce((a, b) => a + b),
    );
    return scores.indexOf(Math.max(...scores));
  });
  const fields = [
    { name: "x", dtype: "f32", words: new Uint32Array(x.buffer), stride: length, length },
    { name: "label", dtype: "i32", words: new Uint32Array(labels.buffer), stride: 1, length: 1 },
  ] as const;
  return { dataset: { samples, fields }, fields };
}

/** y = x·w + c with w [features, targets], all zeros. */
export function linearModel(features: number, targets: number): Uint8Array {
  const zeros = (shape: number[]): TensorData => ({
    dtype: "f32",
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
  });
  return writeOnnx({
    name: "linear",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", features] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", targets] }],
    initialisers: { w: zeros([features, targets]), c: zeros([targets]) },
    nodes: [node("Gemm", ["x", "w", "c"], "y")],
  });
}
