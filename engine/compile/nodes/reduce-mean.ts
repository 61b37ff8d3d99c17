import { call, f32, map, operand } from "../builder/map.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = (Σ x over axes)/n for n elements; dx = dy/n, repeated along them. */
export const reduceMean: NodeRule = {
  opType: "ReduceMean",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: reductionOpsets,
  lower(node) {
    const { fold, count, shaped, repeat } = reductionOf(node);
    const share = call("div", operand(0), f32(count));
    const y = map(node.builder, "f32", [shaped(fold(node.input(0)))], share);
    return { outputs: [y], gradient: (dy) => [repeat(map(node.builder, "f32", [dy], share))] };
  },
};
