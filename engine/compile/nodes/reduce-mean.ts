import { call, f32, map, operand } from "../builder/map.ts";
import { reduce, reductionInputs, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = (Σ x over axes)/n for n elements; dx = dy/n, repeated along them. */
export const reduceMean: NodeRule = {
  opType: "ReduceMean",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: ["axes", "keepdims", "noop_with_empty_axes"],
  opsets: "axes as an attribute up to 17, as an input from 18 on, with noop_with_empty_axes",
  lower(node) {
    const { sum, count, repeat } = reduce(node);
    const share = call("div", operand(0), f32(count));
    const y = map(node.builder, "f32", [sum], share);
    return { outputs: [y], gradient: (dy) => [repeat(map(node.builder, "f32", [dy], share))] };
  },
};
