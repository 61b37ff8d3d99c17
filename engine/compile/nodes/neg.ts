import { call, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = −x. dx = −dy. */
export const neg: NodeRule = {
  opType: "Neg",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const negative = call("neg", operand(0));
    const y = map(node.builder, "f32", [node.input(0)], negative);
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy], negative)] };
  },
};
