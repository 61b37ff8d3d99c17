import { bySums } from "./integer-sums.ts";
import { reductionAttributes, reductionInputs, reductionOf } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = Σ x over axes; dx = dy, repeated along them. */
export const reduceSum: NodeRule = {
  opType: "ReduceSum",
  inputs: [{ name: "data", takes: "any" }, ...reductionInputs.slice(1)],
  supports: "f32, and integers whose sums stay within ±2²⁴, with axes known at compile time",
  attributes: reductionAttributes,
  opsets: "axes as an attribute up to 12, as an input from 13 on, with noop_with_empty_axes",
  lower(node) {
    const { fold, shaped, repeat } = reductionOf(node);
    const x = node.input(0);
    if (x.dtype === "i32") return { outputs: [shaped(bySums(node.builder, x, (value) => fold(value)))] };
    return { outputs: [shaped(fold(x))], gradient: (dy) => [repeat(dy)] };
  },
};
