import { sumTo } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, broadcastSupports, pairwise } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = a − b with broadcasting. da = dy and db = −dy, summed over the axes along which each was repeated. */
export const sub: NodeRule = {
  opType: "Sub",
  inputs: broadcastInputs,
  supports: broadcastSupports,
  attributes: [],
  lower(node) {
    const [a, b] = broadcastPair(node, "−");
    const y = pairwise(node, [a, b], "sub", "isub");
    return {
      outputs: [y],
      gradient: (dy) => {
        const total = sumTo(node.builder, dy, b.shape);
        return [sumTo(node.builder, dy, a.shape), map(node.builder, "f32", [total], call("neg", operand(0)))];
      },
    };
  },
};
