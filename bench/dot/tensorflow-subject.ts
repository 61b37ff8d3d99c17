import { createRequire } from "node:module";
import { join } from "node:path";
import type { Subject } from "../measure/subject.ts";
import type { TensorflowDotTask } from "../tasks.ts";
import { factors, productsIn, turned, type DotShape } from "./shapes.ts";

/** What is used of @tensorflow/tfjs-core, whose types no install of ours has. */
interface TensorflowCore {
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array, shape: readonly number[]): object;
  matMul(a: object, b: object): { dispose(): void };
}

function dots(tf: TensorflowCore, shape: DotShape): () => void {
  const { batch, m, n, k } = shape;
  const [left, right] = factors(shape);
  const lead = batch === 1 ? [] : [batch];
  const a = tf.tensor(left, [...lead, m, k]);
  // Its product with B as [n, k] is slower by an order of magnitude.
  const b = tf.tensor(turned(right, shape), [...lead, k, n]);
  const products = productsIn(shape);
  return () => {
    for (let i = 0; i < products; i++) tf.matMul(a, b).dispose();
  };
}

/** Products by TensorFlow.js in WebAssembly, which has one thread in Node. */
export async function tensorflowDots({ shapes, folder }: TensorflowDotTask): Promise<Subject> {
  const load = createRequire(join(folder, "_.js"));
  const tf = load("@tensorflow/tfjs-core") as TensorflowCore;
  const backend = load("@tensorflow/tfjs-backend-wasm") as { setWasmPaths(folder: string): void };
  backend.setWasmPaths(join(folder, "node_modules", "@tensorflow", "tfjs-backend-wasm", "dist/"));
  await tf.setBackend("wasm");
  return { facts: () => ({}), runs: Object.fromEntries(shapes.map((shape) => [shape.name, dots(tf, shape)])) };
}
