import { normaliseGroups } from "./group-normalisation.ts";
import type { NodeRule } from "./rule.ts";

/** y = (x − mean)/√(variance + ε)·scale + shift, over the places of each channel of each sample. */
export const instanceNormalization: NodeRule = {
  opType: "InstanceNormalization",
  inputs: [
    { name: "input", takes: "f32" },
    { name: "scale", takes: "f32" },
    { name: "B", takes: "f32" },
  ],
  supports: "f32 [N, C, …], with a scale and a shift of each channel",
  attributes: ["epsilon"],
  lower(node) {
    return normaliseGroups(node, node.input(0).shape[1] ?? 1);
  },
};
