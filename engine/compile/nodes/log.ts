import { call, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = ln x, NaN below 0. dx = dy/x. */
export const log: NodeRule = {
  opType: "Log",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const y = map(node.builder, "f32", [x], call("log", operand(0)));
    const slope = call("div", operand(0), operand(1));
    return { outputs: [y], gradient: (dy) => [map(node.builder, "f32", [dy, x], slope)] };
  },
};
