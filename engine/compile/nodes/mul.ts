import { call, operand } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, broadcastSupports, gradientTo, pairwise } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = a·b with broadcasting. da = dy·b and db = dy·a, summed over the axes along which each was repeated. */
export const mul: NodeRule = {
  opType: "Mul",
  inputs: broadcastInputs,
  supports: broadcastSupports,
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "·");
    const product = call("mul", operand(0), operand(1));
    return {
      outputs: [pairwise(node, [a, b], "mul", "imul")],
      gradient: (dy) => [gradientTo(node, a, [dy, b], product), gradientTo(node, b, [dy, a], product)],
    };
  },
};
