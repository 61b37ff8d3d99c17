import { call, map, operand } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, gradientTo } from "./broadcast.ts";
import { knownPair } from "./known-pair.ts";
import type { NodeRule } from "./rule.ts";

/**
 * y = a/b with broadcasting. da = dy/b and db = −(dy/b)·y, summed over the axes along which each was repeated.
 * Integers, which have to be known at compile time, are cut towards 0.
 */
export const div: NodeRule = {
  opType: "Div",
  inputs: broadcastInputs,
  supports: "two f32 inputs, or integers known at compile time, whose shapes broadcast",
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "/");
    if (a.dtype === "i32") return { outputs: [knownPair(node, [a, b], (x, y) => Math.trunc(x / y))] };
    const quotient = call("div", operand(0), operand(1));
    const y = map(node.builder, "f32", [a, b], quotient);
    const slope = call("neg", call("mul", quotient, operand(2)));
    return {
      outputs: [y],
      gradient: (dy) => [gradientTo(node, a, [dy, b], quotient), gradientTo(node, b, [dy, b, y], slope)],
    };
  },
};
