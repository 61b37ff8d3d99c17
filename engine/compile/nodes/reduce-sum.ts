import { reductionAttributes, reductionInputs, reductionOf, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = Σ x over axes; dx = dy, repeated along them. */
export const reduceSum: NodeRule = {
  opType: "ReduceSum",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: "axes as an attribute up to 12, as an input from 13 on, with noop_with_empty_axes",
  lower(node) {
    const { fold, shaped, repeat } = reductionOf(node);
    return { outputs: [shaped(fold(node.input(0)))], gradient: (dy) => [repeat(dy)] };
  },
};
