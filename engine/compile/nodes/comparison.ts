import { call, map, operand, type Term } from "../builder/map.ts";
import { broadcastInputs, broadcastPair, broadcastSupports } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

type Compare = (a: Term, b: Term) => Term;

/** A node that compares two inputs: 1 where it holds and 0 where not, as an integer. Nothing flows back. */
export function comparison(opType: string, sign: string, f32: Compare, i32: Compare): NodeRule {
  return {
    opType,
    inputs: broadcastInputs,
    supports: broadcastSupports,
    attributes: [],
    flat: true,
    lower(node) {
      const pair = broadcastPair(node, sign);
      const holds = (pair[0].dtype === "f32" ? f32 : i32)(operand(0), operand(1));
      return { outputs: [map(node.builder, "i32", pair, call("ftoi", holds))] };
    },
  };
}
