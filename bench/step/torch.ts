import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { OperatorError } from "../../common/index.ts";
import { importOnnx, type TensorData } from "../../engine/index.ts";
import { BATCHES, CHECKED_STEPS, batchWords, trainings, type TrainingName } from "./trainings.ts";

/** The first python3 on PATH that has PyTorch. @throws OperatorError `torch-missing` */
export async function pythonWithTorch(): Promise<string> {
  const folders = new Set((process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""));
  for (const python of [...folders].flatMap((folder) => globSync(join(folder, "python3")))) {
    try {
      await promisify(execFile)(python, ["-c", "import torch"]);
      return python;
    } catch {
      // Another one may have it.
    }
  }
  throw new OperatorError("torch-missing", "No python3 on PATH has the module torch.");
}

function base64(values: Float32Array | Int32Array | Uint32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("base64");
}

/** 32-bit words, with what they are. */
function packed({ dtype, shape, values }: TensorData) {
  const words = values instanceof Float32Array ? values : Int32Array.from(values);
  return { dtype, shape, words: base64(words) };
}

/** The training as JSON that `torch_subject.py` reads: the forward graph, its weights, the batches. */
export function torchTask(name: TrainingName, threads: number): unknown {
  const training = trainings[name]();
  const { batch, sample, fields, settings } = training;
  const { nodes, initialisers, outputs, inputs } = importOnnx(training.onnx);
  const field = (which: 0 | 1, shape: readonly number[], step: number) => ({
    dtype: fields[which]!.dtype,
    shape,
    words: base64(batchWords(training, which, step)),
  });
  return {
    threads,
    settings,
    checkedSteps: CHECKED_STEPS,
    input: inputs[0]!.name,
    output: outputs[0],
    initialisers: Object.fromEntries([...initialisers].map(([key, tensor]) => [key, packed(tensor)])),
    nodes: nodes.map(({ opType, inputs: from, outputs: to, attributes }) => {
      const entries = [...attributes].map(([key, value]) => {
        return [key, typeof value === "object" && "dtype" in value ? packed(value) : value];
      });
      return { opType, inputs: from, outputs: to, attributes: Object.fromEntries(entries) };
    }),
    batches: Array.from({ length: BATCHES }, (_, step) => ({
      input: field(0, [batch, ...sample], step),
      labels: field(1, [batch * fields[1]!.length], step),
    })),
  };
}
