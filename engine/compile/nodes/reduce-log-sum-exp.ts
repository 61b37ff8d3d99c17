import { call, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = max + ln Σ e^(x − max) over axes; dx = dy·e^(x − y). */
export const reduceLogSumExp: NodeRule = {
  opType: "ReduceLogSumExp",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: reductionOpsets,
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const { fold, shaped, kept } = reductionOf(node);
    const largest = fold(x, "max");
    const exponential = call("exp", call("sub", operand(0), operand(1)));
    const sum = fold(map(b, "f32", [x, largest], exponential));
    const y = map(b, "f32", [sum, largest], call("add", operand(1), call("log", operand(0))));
    const slope = call("mul", exponential, operand(2));
    return { outputs: [shaped(y)], gradient: (dy: Value) => [map(b, "f32", [x, y, kept(dy)], slope)] };
  },
};
