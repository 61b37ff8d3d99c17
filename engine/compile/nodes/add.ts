import { sumTo } from "../builder/fold.ts";
import { broadcastInputs, broadcastPair, broadcastSupports, pairwise } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = a + b with broadcasting. da and db are dy, summed over the axes along which each was repeated. */
export const add: NodeRule = {
  opType: "Add",
  inputs: broadcastInputs,
  supports: broadcastSupports,
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "+");
    const y = pairwise(node, [a, b], "add", "iadd");
    return {
      outputs: [y],
      gradient: (dy) => [sumTo(node.builder, dy, a.shape), sumTo(node.builder, dy, b.shape)],
    };
  },
};
