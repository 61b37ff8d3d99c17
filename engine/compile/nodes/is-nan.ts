import { call, f32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** 1 where x is no number. Nothing flows back. */
export const isNotANumber: NodeRule = {
  opType: "IsNaN",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 of any shape",
  attributes: [],
  flat: true,
  lower(node) {
    const isNumber = call("equal", operand(0), operand(0));
    return { outputs: [map(node.builder, "i32", [node.input(0)], call("ftoi", call("sub", f32(1), isNumber)))] };
  },
};
