import { call, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = eˣ. dx = dy·y. */
export const exp: NodeRule = {
  opType: "Exp",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const y = map(node.builder, "f32", [x], call("exp", operand(0)));
    const slope = call("mul", operand(0), operand(1));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, y], slope)] };
  },
};
