import { call, f32, operand, type Term } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

function select(node: NodeContext, x: Term, value: Term): Term {
  return call("select", call("less", f32(node.number("alpha", 1)), x), value, f32(0));
}

/** y = x > alpha ? x : 0. dx the same of dy. */
export const thresholdedRelu = unary({
  opType: "ThresholdedRelu",
  attributes: ["alpha"],
  y: (node) => select(node, operand(0), operand(0)),
  dx: (node) => select(node, operand(1), operand(0)),
});
