import { createPrng } from "../../common/index.ts";
import {
  compileModel,
  writeOnnx,
  type CompiledModel,
  type CompileOptions,
  type Dataset,
  type NodeDescription,
  type TensorData,
} from "../../engine/index.ts";
import { gatedModel, gatedSamples } from "../gradients/models.ts";

const SEED = 20_261_126;

export interface BenchModel {
  readonly name: string;
  readonly model: CompiledModel;
  readonly dataset: Dataset;
}

const prng = createPrng(SEED);

function uniform(...shape: number[]): TensorData {
  const bound = 1 / Math.sqrt(shape.at(-2) ?? 1);
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, values: Float32Array.from({ length }, () => (2 * prng.unit() - 1) * bound) };
}

function field(name: string, samples: number, length: number, below?: number) {
  const values =
    below === undefined
      ? Float32Array.from({ length: samples * length }, () => prng.unit() * 2 - 1)
      : Int32Array.from({ length: samples * length }, () => prng.below(below));
  const dtype = below === undefined ? "f32" : "i32";
  return { name, dtype, words: new Uint32Array(values.buffer), stride: length, length } as const;
}

type Training = Pick<CompileOptions, "optimiser" | "batch"> & Partial<CompileOptions>;

function compiled(
  name: string,
  onnx: Uint8Array,
  fields: readonly ReturnType<typeof field>[],
  training: Training,
): BenchModel {
  const loss = fields[1]!.dtype === "i32" ? "softmaxCrossEntropy" : "meanSquaredError";
  const model = compileModel({ onnx, fields, inputs: { x: "x" }, label: "t", loss, ...training });
  return { name, model, dataset: { samples: 512, fields } };
}

/** Dense layers of some widths with ReLU between them. */
function perceptron(name: string, widths: readonly number[], training: Training): BenchModel {
  const layers = widths.slice(1).map((width, i) => ({ w: uniform(widths[i]!, width), b: uniform(width), i }));
  const last = layers.length - 1;
  const nodes = layers.flatMap(({ i }): NodeDescription[] => [
    { opType: "Gemm", inputs: [i === 0 ? "x" : `a${i - 1}`, `w${i}`, `b${i}`], output: i === last ? "y" : `h${i}` },
    ...(i === last ? [] : [{ opType: "Relu", inputs: [`h${i}`], output: `a${i}` }]),
  ]);
  const onnx = writeOnnx({
    name,
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", widths[0]!] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", widths.at(-1)!] }],
    initialisers: Object.fromEntries(
      layers.flatMap(({ w, b, i }) => [
        [`w${i}`, w],
        [`b${i}`, b],
      ]),
    ),
    nodes,
  });
  const classes = widths.at(-1)!;
  const label = classes === 1 ? field("t", 512, 1) : field("t", 512, 1, classes);
  return compiled(name, onnx, [field("x", 512, widths[0]!), label], training);
}

/** Tokens, an embedding and a head: as many classes as tokens. */
function embedding(name: string, vocabulary: number, width: number, context: number, training: Training): BenchModel {
  const onnx = writeOnnx({
    name,
    inputs: [{ name: "x", dtype: "i32", shape: ["batch", context] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", vocabulary] }],
    initialisers: { table: uniform(vocabulary, width), head: uniform(context * width, vocabulary) },
    nodes: [
      { opType: "Gather", inputs: ["table", "x"], output: "e" },
      { opType: "Flatten", inputs: ["e"], output: "f" },
      { opType: "MatMul", inputs: ["f", "head"], output: "y" },
    ],
  });
  return compiled(name, onnx, [field("x", 512, context, vocabulary), field("t", 512, 1, vocabulary)], training);
}

/** One head of self-attention over positions, without a mask, and a head for each position. */
function attention(name: string, positions: number, width: number, classes: number, training: Training): BenchModel {
  const node = (opType: string, inputs: string[], output: string, attributes = {}): NodeDescription => ({ opType, inputs, output, attributes }); // prettier-ignore
  const onnx = writeOnnx({
    name,
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", positions, width] }],
    outputs: [{ name: "y", dtype: "f32", shape: ["batch", positions, classes] }],
    initialisers: {
      q: uniform(width, width),
      k: uniform(width, width),
      v: uniform(width, width),
      head: uniform(width, classes),
    },
    nodes: [
      node("MatMul", ["x", "q"], "queries"),
      node("MatMul", ["x", "k"], "keys"),
      node("MatMul", ["x", "v"], "values"),
      node("Transpose", ["keys"], "turned", { perm: [0, 2, 1] }),
      node("MatMul", ["queries", "turned"], "scores"),
      node("Softmax", ["scores"], "weights", { axis: -1 }),
      node("MatMul", ["weights", "values"], "mixed"),
      node("Add", ["mixed", "x"], "residual"),
      node("MatMul", ["residual", "head"], "y"),
    ],
  });
  return compiled(name, onnx, [field("x", 512, positions * width), field("t", 512, positions, classes)], training);
}

function gated(): BenchModel {
  const { dataset, fields } = gatedSamples(SEED, 512);
  const common = { onnx: gatedModel(createPrng(SEED)), fields, inputs: { x: "x" }, label: "label" };
  const training = {
    batch: 256,
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "lion", learningRate: 0.001 },
  } as const;
  return {
    name: "gated perceptron, layer normalisation, batch 256, Lion",
    model: compileModel({ ...common, ...training }),
    dataset,
  };
}

const sgd = { kind: "sgd", learningRate: 0.01 } as const;
const adam = { kind: "adam", learningRate: 0.001 } as const;
const adamw = { kind: "adamw", learningRate: 0.001 } as const;

/** Models of all sizes and mixtures of operators that the compiler takes. */
export function benchModels(): BenchModel[] {
  return [
    perceptron("perceptron 64-128-10, batch 32, SGD", [64, 128, 10], { batch: 32, optimiser: sgd }),
    perceptron("perceptron 784-512-512-10, batch 64, Adam", [784, 512, 512, 10], { batch: 64, optimiser: adam }),
    perceptron("perceptron of 16 layers of 64, batch 128, SGD", [...Array.from({ length: 16 }, () => 64), 8], { batch: 128, optimiser: sgd }), // prettier-ignore
    perceptron("perceptron 784-256-10, batch 64 in 4 parts, clipped RMSprop", [784, 256, 10], {
      batch: 64,
      microBatches: 4,
      clip: { by: "norm", limit: 1 },
      optimiser: { kind: "rmsprop", learningRate: 0.001 },
    }),
    perceptron("linear regression of 512 features, batch 256, SGD", [512, 1], { batch: 256, optimiser: sgd }),
    embedding("next of 64 tokens, width 32, context 16, batch 64, AdamW", 64, 32, 16, { batch: 64, optimiser: adamw }),
    embedding("next of 4,096 tokens, width 32, context 8, batch 32, SGD", 4_096, 32, 8, { batch: 32, optimiser: sgd }),
    attention("attention over 64 positions of 64, batch 8, AdamW", 64, 64, 65, { batch: 8, optimiser: adamw }),
    attention("attention over 16 positions of 32, batch 64, momentum", 16, 32, 10, { batch: 64, optimiser: { ...sgd, momentum: 0.9 } }), // prettier-ignore
    gated(),
  ];
}
