import { call, f32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = √x, NaN below 0. dx = (dy/2)/y, which is not finite at 0. */
export const sqrt: NodeRule = {
  opType: "Sqrt",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const y = map(node.builder, "f32", [x], call("sqrt", operand(0)));
    const slope = call("div", call("mul", operand(0), f32(0.5)), operand(1));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, y], slope)] };
  },
};
