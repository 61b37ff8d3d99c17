import { createPrng, type Prng } from "../common/index.ts";
import { writeOnnx } from "../engine/index.ts";
import type { NodeDescription, TensorData } from "../engine/index.ts";

/** Models and data that a script writes, for whoever wants to try a network of a common kind. */

const SEED = 1;

/** ROUNDS: only additions, products, a quotient and a root, which every machine rounds alike. */
function uniform(prng: Prng, shape: number[], bound: number): TensorData {
  const length = shape.reduce((a, b) => a * b, 1);
  return { dtype: "f32", shape, values: Float32Array.from({ length }, () => (2 * prng.unit() - 1) * bound) };
}

function filled(n: number, value: number): TensorData {
  return { dtype: "f32", shape: [n], values: new Float32Array(n).fill(value) };
}

function node(
  opType: string,
  inputs: readonly string[],
  output: string | readonly string[],
  attributes: NonNullable<NodeDescription["attributes"]> = {},
): NodeDescription {
  return { opType, inputs, output, attributes };
}

function floats(output: string, shape: number[], values: readonly number[]): NodeDescription {
  return node("Constant", [], output, { value: { dtype: "f32", shape, values: Float32Array.from(values) } });
}

function integers(output: string, values: readonly number[]): NodeDescription {
  return node("Constant", [], output, { value: { dtype: "i32", shape: [values.length], values } });
}

/** Extents of a small transformer. */
export interface GptShape {
  readonly vocabulary: number;
  /** Characters that it sees. */
  readonly context: number;
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
}

/** Of `prose.txt`: 107 thousand parameters. */
export const gptSmall = { context: 48, width: 64, heads: 4, layers: 2 } as const;

/** Names of a layer's tensors begin with its number. */
function gptLayer(prng: Prng, layer: number, { width, heads, context }: GptShape) {
  const name = (part: string) => `h${layer}.${part}`;
  const bound = 1 / Math.sqrt(width);
  const initialisers = {
    [name("ln1.weight")]: filled(width, 1),
    [name("ln1.bias")]: filled(width, 0),
    [name("qkv.weight")]: uniform(prng, [width, 3 * width], bound),
    [name("qkv.bias")]: filled(3 * width, 0),
    [name("proj.weight")]: uniform(prng, [width, width], bound),
    [name("proj.bias")]: filled(width, 0),
    [name("ln2.weight")]: filled(width, 1),
    [name("ln2.bias")]: filled(width, 0),
    [name("up.weight")]: uniform(prng, [width, 4 * width], bound),
    [name("up.bias")]: filled(4 * width, 0),
    [name("down.weight")]: uniform(prng, [4 * width, width], bound / 2),
    [name("down.bias")]: filled(width, 0),
  };
  const linear = (x: string, part: string, out: string) => [
    node("MatMul", [x, name(`${part}.weight`)], `${out}.product`),
    node("Add", [`${out}.product`, name(`${part}.bias`)], out),
  ];
  const input = layer === 0 ? "embedded" : `h${layer - 1}.out`;
  const parts = ["q", "k", "v"];
  const nodes = [
    node("LayerNormalization", [input, name("ln1.weight"), name("ln1.bias")], name("ln1"), { axis: -1 }),
    ...linear(name("ln1"), "qkv", name("qkv")),
    node("Split", [name("qkv"), "thirds"], parts.map(name), { axis: -1 }),
    ...parts.flatMap((part) => [
      node("Reshape", [name(part), "byHead"], name(`${part}.heads`)),
      node("Transpose", [name(`${part}.heads`)], name(`${part}.first`), {
        perm: part === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3],
      }),
    ]),
    node("MatMul", [name("q.first"), name("k.first")], name("scores")),
    node("Mul", [name("scores"), "scale"], name("scaled")),
    node("Where", ["past", name("scaled"), "never"], name("masked")),
    node("Softmax", [name("masked")], name("attention"), { axis: -1 }),
    node("MatMul", [name("attention"), name("v.first")], name("mixed")),
    node("Transpose", [name("mixed")], name("byPosition"), { perm: [0, 2, 1, 3] }),
    node("Reshape", [name("byPosition"), "whole"], name("joined")),
    ...linear(name("joined"), "proj", name("proj")),
    node("Add", [input, name("proj")], name("middle")),
    node("LayerNormalization", [name("middle"), name("ln2.weight"), name("ln2.bias")], name("ln2"), { axis: -1 }),
    ...linear(name("ln2"), "up", name("up")),
    node("Div", [name("up"), "root2"], name("up.unit")),
    node("Erf", [name("up.unit")], name("up.erf")),
    node("Add", [name("up.erf"), "one"], name("up.gate")),
    node("Mul", [name("up"), name("up.gate")], name("up.twice")),
    node("Mul", [name("up.twice"), "half"], name("gelu")),
    ...linear(name("gelu"), "down", name("down")),
    node("Add", [name("middle"), name("down")], name("out")),
  ];
  const constants = { thirds: [width, width, width], byHead: [0, context, heads, width / heads] };
  return { initialisers, nodes, constants };
}

/**
 * A transformer over characters, in the form that PyTorch exports: attention to the past, layer normalisation before, GELU by erf, and a
 * head tied to the embedding. tokens i32 [batch, context] → logits f32 [batch, context, vocabulary].
 */
export function gptModel(shape: GptShape): Uint8Array {
  const { vocabulary, context, width, heads, layers } = shape;
  const prng = createPrng(SEED);
  const embeddings = {
    "token.weight": uniform(prng, [vocabulary, width], 1 / Math.sqrt(width)),
    "position.weight": uniform(prng, [context, width], 1 / Math.sqrt(width)),
  };
  const built = Array.from({ length: layers }, (_, layer) => gptLayer(prng, layer, shape));
  const past = Array.from({ length: context * context }, (_, i) => (i % context <= Math.floor(i / context) ? 1 : 0));
  return writeOnnx({
    name: "gpt",
    inputs: [{ name: "tokens", dtype: "i32", shape: ["batch", context] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", context, vocabulary] }],
    initialisers: {
      ...embeddings,
      ...Object.assign({}, ...built.map(({ initialisers }) => initialisers)),
      "ln.weight": filled(width, 1),
      "ln.bias": filled(width, 0),
    },
    nodes: [
      integers("thirds", built[0]!.constants.thirds),
      integers("byHead", built[0]!.constants.byHead),
      integers("whole", [0, context, width]),
      floats("scale", [], [1 / Math.sqrt(width / heads)]),
      floats("never", [], [-1e9]),
      floats("root2", [], [Math.SQRT2]),
      floats("one", [], [1]),
      floats("half", [], [0.5]),
      node("Constant", [], "pastWords", { value: { dtype: "i32", shape: [context, context], values: past } }),
      node("Cast", ["pastWords"], "past", { to: 9 }),
      node("Gather", ["token.weight", "tokens"], "looked"),
      node("Add", ["looked", "position.weight"], "embedded"),
      ...built.flatMap(({ nodes }) => nodes),
      node("LayerNormalization", [`h${layers - 1}.out`, "ln.weight", "ln.bias"], "ln", { axis: -1 }),
      node("Transpose", ["token.weight"], "head", { perm: [1, 0] }),
      node("MatMul", ["ln", "head"], "logits"),
    ],
  });
}

/** Pixels of a side of the shapes' images, and kinds of shapes. */
const SIDE = 12;
const KINDS = 4;

/** A convolutional network for `shapesCsv`: x f32 [batch, 1, 12, 12] → logits f32 [batch, 4]. */
export function convnetModel(): Uint8Array {
  const prng = createPrng(SEED);
  const half = SIDE / 4;
  return writeOnnx({
    name: "convnet",
    inputs: [{ name: "x", dtype: "f32", shape: ["batch", 1, SIDE, SIDE] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", KINDS] }],
    initialisers: {
      "conv1.weight": uniform(prng, [8, 1, 3, 3], 1 / 3),
      "conv1.bias": filled(8, 0),
      "norm.weight": filled(8, 1),
      "norm.bias": filled(8, 0),
      "norm.mean": filled(8, 0),
      "norm.variance": filled(8, 1),
      "conv2.weight": uniform(prng, [16, 8, 3, 3], 1 / Math.sqrt(72)),
      "conv2.bias": filled(16, 0),
      "head.weight": uniform(prng, [KINDS, 16 * half * half], 1 / Math.sqrt(16 * half * half)),
      "head.bias": filled(KINDS, 0),
    },
    nodes: [
      node("Conv", ["x", "conv1.weight", "conv1.bias"], "conv1", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node("BatchNormalization", ["conv1", "norm.weight", "norm.bias", "norm.mean", "norm.variance"], "norm"),
      node("Relu", ["norm"], "relu1"),
      node("MaxPool", ["relu1"], "pool1", { kernel_shape: [2, 2], strides: [2, 2] }),
      node("Conv", ["pool1", "conv2.weight", "conv2.bias"], "conv2", { kernel_shape: [3, 3], pads: [1, 1, 1, 1] }),
      node("Relu", ["conv2"], "relu2"),
      node("MaxPool", ["relu2"], "pool2", { kernel_shape: [2, 2], strides: [2, 2] }),
      node("Flatten", ["pool2"], "flat"),
      node("Gemm", ["flat", "head.weight", "head.bias"], "logits", { transB: 1 }),
    ],
  });
}

/** Whether a pixel belongs to a shape of a kind around a centre: a bar, a column, a ring, a cross. */
function isInk(kind: number, dx: number, dy: number, size: number): boolean {
  const [x, y] = [Math.abs(dx), Math.abs(dy)];
  switch (kind) {
    case 0:
      return y === 0 && x <= size;
    case 1:
      return x === 0 && y <= size;
    case 2:
      return Math.max(x, y) === size;
    default:
      return x === y && x <= size;
  }
}

/** Rows of 144 pixels 0 … 9 and a kind: bars, columns, rings and crosses at any place, in noise. */
export function shapesCsv(rows: number, seed: number): string {
  const prng = createPrng(seed);
  const lines = Array.from({ length: rows }, () => {
    const kind = prng.below(KINDS);
    const size = 2 + prng.below(2);
    const [left, top] = [size + prng.below(SIDE - 2 * size), size + prng.below(SIDE - 2 * size)];
    const pixels = Array.from({ length: SIDE * SIDE }, (_, i) => {
      const ink = isInk(kind, (i % SIDE) - left, Math.floor(i / SIDE) - top, size);
      return ink ? 6 + prng.below(4) : prng.below(4);
    });
    return [...pixels, kind].join(",");
  });
  return `${lines.join("\n")}\n`;
}
