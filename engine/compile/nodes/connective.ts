import type { MapFunction } from "../../program/types.ts";
import { call, map, operand } from "../builder/map.ts";
import { broadcastPair } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** A node of two conditions, which are the integers 0 and 1. */
export function connective(opType: string, sign: string, fn: MapFunction): NodeRule {
  return {
    opType,
    inputs: [
      { name: "A", takes: "i32" },
      { name: "B", takes: "i32" },
    ],
    supports: "two conditions whose shapes broadcast",
    attributes: [],
    lower(node) {
      const pair = broadcastPair(node, sign);
      return { outputs: [map(node.builder, "i32", pair, call(fn, operand(0), operand(1)))] };
    },
  };
}
