import { call, f32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = tanh(x). dx = dy·(1 − y²). */
export const tanh: NodeRule = {
  opType: "Tanh",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const y = map(node.builder, "f32", [node.input(0)], call("tanh", operand(0)));
    const slope = call("mul", operand(0), call("sub", f32(1), call("mul", operand(1), operand(1))));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, y], slope)] };
  },
};
