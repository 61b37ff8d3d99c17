/** Writes examples/next-char.onnx for examples/prose.txt: `node scripts/make-example-model.ts`. The same prose gives the same bytes. */
import { readFileSync, writeFileSync } from "node:fs";
import { createPrng } from "../common/index.ts";
import { readText, writeOnnx } from "../engine/index.ts";
import type { TensorData } from "../engine/index.ts";

/** Characters that the model sees, words of an embedding, hidden units. */
export const CONTEXT = 8;
const EMBEDDING = 16;
const HIDDEN = 96;
const SEED = 1;

/**
 * The model with start weights uniform in ±1/√(fan-in), the embedding in ±1, drawn from SplitMix32 in the order of the initialisers.
 * ROUNDS: only additions, products, a quotient and a root, which every machine rounds alike.
 */
export function nextCharModel(vocabulary: number): Uint8Array {
  const prng = createPrng(SEED);
  const uniform = (shape: number[], bound: number): TensorData => ({
    dtype: "f32",
    shape,
    values: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => (2 * prng.unit() - 1) * bound),
  });
  const zeros = (n: number): TensorData => ({ dtype: "f32", shape: [n], values: new Float32Array(n) });
  const width = CONTEXT * EMBEDDING;
  return writeOnnx({
    name: "next-char",
    inputs: [{ name: "tokens", dtype: "i32", shape: ["batch", CONTEXT] }],
    outputs: [{ name: "logits", dtype: "f32", shape: ["batch", vocabulary] }],
    initialisers: {
      embedding: uniform([vocabulary, EMBEDDING], 1),
      "hidden.weight": uniform([HIDDEN, width], 1 / Math.sqrt(width)),
      "hidden.bias": zeros(HIDDEN),
      "head.weight": uniform([vocabulary, HIDDEN], 1 / Math.sqrt(HIDDEN)),
      "head.bias": zeros(vocabulary),
      row: { dtype: "i32", shape: [2], values: [-1, width] },
    },
    nodes: [
      { opType: "Gather", inputs: ["embedding", "tokens"], output: "embedded" },
      { opType: "Reshape", inputs: ["embedded", "row"], output: "context" },
      {
        opType: "Gemm",
        inputs: ["context", "hidden.weight", "hidden.bias"],
        output: "hidden",
        attributes: { transB: 1 },
      },
      { opType: "Tanh", inputs: ["hidden"], output: "activation" },
      {
        opType: "Gemm",
        inputs: ["activation", "head.weight", "head.bias"],
        output: "logits",
        attributes: { transB: 1 },
      },
    ],
  });
}

if (import.meta.main) {
  const example = (name: string) => new URL(`../examples/${name}`, import.meta.url);
  const { vocabulary } = readText(readFileSync(example("prose.txt"), "utf8"), { context: CONTEXT, targets: "last" });
  writeFileSync(example("next-char.onnx"), nextCharModel(vocabulary.length));
}
