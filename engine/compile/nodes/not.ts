import { call, i32, map, operand } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** 1 − x of a condition, which is 0 or 1. */
export const not: NodeRule = {
  opType: "Not",
  inputs: [{ name: "X", takes: "i32" }],
  supports: "a condition",
  attributes: [],
  lower(node) {
    return { outputs: [map(node.builder, "i32", [node.input(0)], call("ixor", operand(0), i32(1)))] };
  },
};
