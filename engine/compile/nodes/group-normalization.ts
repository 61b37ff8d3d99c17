import { normaliseGroups } from "./group-normalisation.ts";
import type { NodeRule } from "./rule.ts";

/** y = (x − mean)/√(variance + ε)·scale + shift, over the elements of each group of channels of each sample. */
export const groupNormalization: NodeRule = {
  opType: "GroupNormalization",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "scale", takes: "f32" },
    { name: "bias", takes: "f32" },
  ],
  supports: "f32 [N, C, …] in groups of neighbouring channels, with a scale and a shift of each channel",
  attributes: ["epsilon", "num_groups", "stash_type"],
  opsets: "from 18 on; up to 20 a scale and a shift of each group",
  lower(node) {
    return normaliseGroups(node, node.number("num_groups", 1), node.mode.opset < 21);
  },
};
