import { call, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** ReduceMax, and ReduceMin as the negative of the largest negative. The gradient is shared equally by all elements that are as large. */
export function reduceExtremum(opType: string, fn: "max" | "min"): NodeRule {
  return {
    opType,
    inputs: reductionInputs,
    supports: reductionSupports,
    attributes: reductionAttributes,
    opsets: reductionOpsets,
    lower(node) {
      const b = node.builder;
      const x = node.input(0);
      const { fold, shaped, kept } = reductionOf(node);
      const negative = (value: Value) => map(b, "f32", [value], call("neg", operand(0)));
      const largest = fn === "max" ? fold(x, "max") : negative(fold(negative(x), "max"));
      const isLargest = call("equal", operand(0), operand(1));
      const gradient = (dy: Value) => {
        const count = fold(map(b, "f32", [x, largest], isLargest));
        const share = map(b, "f32", [kept(dy), count], call("div", operand(0), operand(1)));
        return [map(b, "f32", [x, largest, share], call("mul", isLargest, operand(2)))];
      };
      return { outputs: [shaped(largest)], gradient };
    },
  };
}
