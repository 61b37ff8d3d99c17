import { call, map, f32, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = Σ |x| over axes; dx = dy with the sign of x, 0 where x is 0. */
export const reduceL1: NodeRule = {
  opType: "ReduceL1",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: reductionOpsets,
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const { fold, shaped, kept } = reductionOf(node);
    const y = fold(map(b, "f32", [x], call("abs", operand(0))));
    const sign = call("sub", call("less", f32(0), operand(1)), call("less", operand(1), f32(0)));
    const gradient = (dy: Value) => [map(b, "f32", [kept(dy), x], call("mul", operand(0), sign))];
    return { outputs: [shaped(y)], gradient };
  },
};
