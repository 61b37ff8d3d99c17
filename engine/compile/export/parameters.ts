import { floatsOf } from "../../kernels/reference/words.ts";
import { reordered } from "../forward-graph.ts";
import { mergeAdapters, type Adapters } from "../adapters.ts";
import type { TensorData } from "../graph.ts";
import type { CompiledModel, StateTensor } from "../model.ts";

/** What an export needs to know of a compiled model. */
export interface Exported extends Pick<CompiledModel, "states"> {
  /** As the model was compiled with. */
  readonly adapters?: Pick<Adapters, "rank" | "alpha">;
}

/** Whether a state tensor comes from the ONNX file. */
function isParameter({ role }: StateTensor): boolean {
  return role === "parameter" || role === "running" || role === "frozen";
}

/** The words of a state's parameters, in the order of the ONNX file: what a forward program takes. */
export function parameterWords(
  { states }: Pick<CompiledModel, "states">,
  state: readonly Uint32Array[],
): readonly Uint32Array[] {
  return state.filter((_, i) => isParameter(states[i] as StateTensor));
}

/** The parameters of a state by name, in the shape and order of the ONNX file. */
export function parametersIn(
  { states }: Pick<CompiledModel, "states">,
  state: readonly Uint32Array[],
): Map<string, TensorData> {
  const parameters = states.flatMap((tensor, i): [string, TensorData][] => {
    if (!isParameter(tensor)) return [];
    const words = reordered(state[i] as Uint32Array, tensor, "toOnnx");
    return [[tensor.name, { dtype: "f32", shape: tensor.shape, values: floatsOf(words) }]];
  });
  return new Map(parameters);
}

/** The same with adapters added to their matrices: the tensors of the ONNX file. */
export function mergedParameters(model: Exported, state: readonly Uint32Array[]): Map<string, TensorData> {
  const parameters = parametersIn(model, state);
  return model.adapters === undefined ? parameters : mergeAdapters(parameters, model.adapters);
}
