import { createRequire } from "node:module";
import { join } from "node:path";
import type * as OnnxRuntime from "onnxruntime-node";
import { writeOnnx } from "../../engine/index.ts";
import type { Subject } from "../measure/subject.ts";
import type { OnnxDotTask } from "../tasks.ts";
import { factors, productsIn, turned, type DotForm, type DotShape } from "./shapes.ts";

/** As many equal products as a run has. Batches of matrices are MatMul's; B is [n, k] only for Gemm. */
function graphOf(shape: DotShape, form: DotForm) {
  const { batch, m, n, k } = shape;
  const [a, b] = factors(shape);
  const isTurned = form !== "plain" && batch === 1;
  const lead = batch === 1 ? [] : [batch];
  const left = { shape: [...lead, m, k], values: a };
  const right = { shape: isTurned ? [n, k] : [...lead, k, n], values: isTurned ? b : turned(b, shape) };
  const products = productsIn(shape);
  const onnx = writeOnnx({
    name: "dot",
    inputs: [
      { name: "A", dtype: "f32", shape: left.shape },
      ...(form === "packed" ? [] : [{ name: "B", dtype: "f32" as const, shape: right.shape }]),
    ],
    outputs: [{ name: "C", dtype: "f32", shape: [...lead, m, n] }],
    initialisers: form === "packed" ? { B: { dtype: "f32", ...right } } : {},
    nodes: Array.from({ length: products }, (_, i) => ({
      opType: isTurned ? "Gemm" : "MatMul",
      inputs: ["A", "B"],
      output: i === products - 1 ? "C" : `C${i}`,
      ...(isTurned ? { attributes: { transB: 1 } } : {}),
    })),
  });
  return { onnx, left, right };
}

/** Products by onnxruntime, native or in WebAssembly. */
export async function onnxDots({ shapes, form, threads, web }: OnnxDotTask): Promise<Subject> {
  const name = web === undefined ? "onnxruntime-node" : "onnxruntime-web";
  const { InferenceSession, Tensor, env } = createRequire(join(web ?? import.meta.dirname, "_.js"))(
    name,
  ) as typeof OnnxRuntime;
  if (web !== undefined) env.wasm.numThreads = threads;
  const runs: Record<string, () => Promise<void>> = {};
  for (const shape of shapes) {
    const { onnx, left, right } = graphOf(shape, form);
    const session = await InferenceSession.create(onnx, {
      executionProviders: [web === undefined ? "cpu" : "wasm"],
      // Optimised, equal products would become one.
      graphOptimizationLevel: "disabled",
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      logSeverityLevel: 3,
    });
    const A = new Tensor("float32", left.values, left.shape);
    const B = new Tensor("float32", right.values, right.shape);
    runs[shape.name] = async () => void (await session.run(form === "packed" ? { A } : { A, B }));
  }
  return { facts: () => ({}), runs };
}
