import { call, map, operand } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, broadcastSupports, gradientTo } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = a/b with broadcasting. da = dy/b and db = −(dy/b)·y, summed over the axes along which each was repeated. */
export const div: NodeRule = {
  opType: "Div",
  inputs: broadcastInputs,
  supports: broadcastSupports,
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "/");
    const quotient = call("div", operand(0), operand(1));
    const y = map(node.builder, "f32", [a, b], quotient);
    const slope = call("neg", call("mul", quotient, operand(2)));
    return {
      outputs: [y],
      gradient: (dy) => [gradientTo(node, a, [dy, b], quotient), gradientTo(node, b, [dy, b, y], slope)],
    };
  },
};
