import { InferenceSession, Tensor } from "onnxruntime-node";
import { importOnnx, type Dataset } from "../../engine/index.ts";

/**
 * The logits of an ONNX model with one input and one output, by onnxruntime, for `batch` samples of the dataset's first field from
 * sample `first` on.
 */
export async function runOnnx(onnx: Uint8Array, dataset: Dataset, first: number, batch: number): Promise<Tensor> {
  const { inputs, outputs } = importOnnx(onnx);
  const [{ name, shape }, field] = [inputs[0]!, dataset.fields[0]!];
  const words = new Uint32Array(batch * field.length);
  for (let i = 0; i < batch; i++) {
    const start = (first + i) * field.stride;
    words.set(field.words.subarray(start, start + field.length), i * field.length);
  }
  const dims = [batch, ...shape.slice(1).map(Number)];
  const tensor =
    field.dtype === "f32"
      ? new Tensor("float32", new Float32Array(words.buffer), dims)
      : new Tensor("int64", BigInt64Array.from(new Int32Array(words.buffer), BigInt), dims);
  const session = await InferenceSession.create(onnx, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  const results = await session.run({ [name]: tensor });
  await session.release();
  return results[outputs[0]!]!;
}
