import { castTo } from "./cast.ts";
import type { NodeRule } from "./rule.ts";

/** The elements as the type of another tensor; a condition counts as an integer. */
export const castLike: NodeRule = {
  opType: "CastLike",
  inputs: [
    { name: "input", takes: "any" },
    { name: "target_type", takes: "shape" },
  ],
  supports: "f32 and integers",
  attributes: ["round_mode", "saturate"],
  lower(node) {
    return castTo(node, node.input(0), node.input(1).dtype);
  },
};
