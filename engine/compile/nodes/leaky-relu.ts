import { call, f32, operand, type Term } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

function select(node: NodeContext, x: Term, value: Term): Term {
  return call("select", call("less", f32(0), x), value, call("mul", value, f32(node.number("alpha", 0.01))));
}

/** y = x > 0 ? x : alpha·x. dx the same of dy. */
export const leakyRelu = unary({
  opType: "LeakyRelu",
  attributes: ["alpha"],
  y: (node) => select(node, operand(0), operand(0)),
  dx: (node) => select(node, operand(1), operand(0)),
});
