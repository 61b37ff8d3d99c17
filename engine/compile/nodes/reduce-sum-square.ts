import { call, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = Σ x² over axes; dx = dy·2x. */
export const reduceSumSquare: NodeRule = {
  opType: "ReduceSumSquare",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: reductionOpsets,
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const { fold, shaped, kept } = reductionOf(node);
    const y = fold(map(b, "f32", [x], call("mul", operand(0), operand(0))));
    const slope = call("mul", operand(0), call("add", operand(1), operand(1)));
    return { outputs: [shaped(y)], gradient: (dy: Value) => [map(b, "f32", [kept(dy), x], slope)] };
  },
};
