import { call, f32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = 1/(1 + e⁻ˣ). dx = dy·y·(1 − y). */
export const sigmoid: NodeRule = {
  opType: "Sigmoid",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const y = map(
      node.builder,
      "f32",
      [x],
      call("div", f32(1), call("add", call("exp", call("neg", operand(0))), f32(1))),
    );
    const slope = call("mul", call("mul", operand(0), operand(1)), call("sub", f32(1), operand(1)));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, y], slope)] };
  },
};
