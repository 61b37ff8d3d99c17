import { call, f32, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { reductionAttributes, reductionInputs, reductionOf, reductionOpsets, reductionSupports } from "./reduction.ts";
import type { NodeRule } from "./rule.ts";

/** y = √Σ x² over axes; dx = dy·x/y, 0 where y is 0. */
export const reduceL2: NodeRule = {
  opType: "ReduceL2",
  inputs: reductionInputs,
  supports: reductionSupports,
  attributes: reductionAttributes,
  opsets: reductionOpsets,
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const { fold, shaped, kept } = reductionOf(node);
    const squares = map(b, "f32", [x], call("mul", operand(0), operand(0)));
    const y = map(b, "f32", [fold(squares)], call("sqrt", operand(0)));
    const share = call("select", operand(1), call("div", operand(0), operand(1)), f32(0));
    const gradient = (dy: Value) => {
      const each = map(b, "f32", [kept(dy), y], share);
      return [map(b, "f32", [each, x], call("mul", operand(0), operand(1)))];
    };
    return { outputs: [shaped(y)], gradient };
  },
};
