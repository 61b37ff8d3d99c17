import { tensorValue } from "../builder/tensor.ts";
import type { TensorData } from "../graph.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

function dataOf(node: NodeContext): TensorData {
  const tensor = node.attribute("value");
  if (typeof tensor === "object" && "dtype" in tensor) return tensor;
  for (const name of ["value_float", "value_floats", "value_int", "value_ints"]) {
    const value = node.attribute(name);
    if (value === undefined || typeof value === "string") continue;
    const numbers = typeof value === "number" ? [value] : (value as readonly number[]);
    const shape = typeof value === "number" ? [] : [numbers.length];
    if (name.startsWith("value_float")) return { dtype: "f32", shape, values: Float32Array.from(numbers) };
    return { dtype: "i32", shape, values: numbers };
  }
  return node.refuse("a value of that kind");
}

/** A tensor fixed by the graph: never trained, declared in the program by its root. */
export const constant: NodeRule = {
  opType: "Constant",
  inputs: [],
  supports: "value, value_float, value_floats, value_int and value_ints",
  attributes: ["value", "value_float", "value_floats", "value_int", "value_ints"],
  lower(node) {
    return { outputs: [tensorValue(node.builder, dataOf(node))] };
  },
};
