import { reduce, reductionInputs, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = Σ x over axes; dx = dy, repeated along them. */
export const reduceSum: NodeRule = {
  opType: "ReduceSum",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: ["keepdims", "noop_with_empty_axes"],
  lower(node) {
    const { sum, repeat } = reduce(node);
    return { outputs: [sum], gradient: (dy) => [repeat(dy)] };
  },
};
