import { sumTo } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, broadcastSupports } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = a + b with broadcasting. da and db are dy, summed over the axes along which each was repeated. */
export const add: NodeRule = {
  opType: "Add",
  inputs: broadcastInputs,
  supports: broadcastSupports,
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "+");
    const y = map(node.builder, "f32", [a, b], call("add", operand(0), operand(1)));
    return {
      outputs: [y],
      gradient: (dy) => [sumTo(node.builder, dy, a.shape), sumTo(node.builder, dy, b.shape)],
    };
  },
};
