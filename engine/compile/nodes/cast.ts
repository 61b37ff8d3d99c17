import { call, f32, i32, map, operand, type Term } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { dataTypeName, dataTypes } from "../onnx/codes.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

const isZero = (x: Value): Term =>
  x.dtype === "f32" ? call("equal", operand(0), f32(0)) : call("iequal", operand(0), i32(0));

/** x as f32, as an integer, or as a condition; f32 to an integer is cut towards 0. */
export function castTo(node: NodeContext, x: Value, to: "f32" | "i32" | "condition"): Lowered {
  const b = node.builder;
  if (to === "condition") return { outputs: [map(b, "i32", [x], call("ftoi", call("sub", f32(1), isZero(x))))] };
  if (to === x.dtype) return { outputs: [x], gradient: (dy) => [dy] };
  return { outputs: [map(b, to, [x], call(to === "f32" ? "itof" : "ftoi", operand(0)))] };
}

/** The elements as another type; dx = dy from f32 to f32, and nothing flows back from or to integers. */
export const cast: NodeRule = {
  opType: "Cast",
  inputs: [{ name: "input", takes: "any" }],
  supports: "float, int32, int64 and bool",
  attributes: ["round_mode", "saturate", "to"],
  lower(node) {
    const to = node.number("to", 0);
    if (to === dataTypes.float) return castTo(node, node.input(0), "f32");
    if (to === dataTypes.bool) return castTo(node, node.input(0), "condition");
    if (to === dataTypes.int32 || to === dataTypes.int64) return castTo(node, node.input(0), "i32");
    return node.refuse(`to = ${dataTypeName(to)}`, { attribute: "to" });
  },
};
