import { floatsOf } from "../../kernels/reference/words.ts";
import { reordered } from "../forward-graph.ts";
import type { TensorData } from "../graph.ts";
import type { CompiledModel } from "../model.ts";

/** Roles of the tensors that come from the ONNX file. */
const exported: readonly string[] = ["parameter", "running", "frozen"];

/** The parameters of a state by name, in the shape and order of the ONNX file. */
export function parametersIn(
  { states }: Pick<CompiledModel, "states">,
  state: readonly Uint32Array[],
): Map<string, TensorData> {
  const parameters = states.flatMap((tensor, i): [string, TensorData][] => {
    if (!exported.includes(tensor.role)) return [];
    const words = reordered(state[i] as Uint32Array, tensor, "toOnnx");
    return [[tensor.name, { dtype: "f32", shape: tensor.shape, values: floatsOf(words) }]];
  });
  return new Map(parameters);
}
