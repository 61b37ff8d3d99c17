import { call, f32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = max(x, 0). dx = y > 0 ? dy : 0, so 0 at 0. */
export const relu: NodeRule = {
  opType: "Relu",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const y = map(node.builder, "f32", [node.input(0)], call("max", operand(0), f32(0)));
    const slope = call("select", call("less", f32(0), operand(1)), operand(0), f32(0));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, y], slope)] };
  },
};
