import { call, f32, operand, type Term } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

const alpha = (node: NodeContext) => node.number("alpha", 1);

function exponential(node: NodeContext, x: Term): Term {
  return call("exp", call("div", x, f32(alpha(node))));
}

/** y = x > 0 ? x : alpha·(e^(x/alpha) − 1). dx = x > 0 ? dy : dy·e^(x/alpha). */
export const celu = unary({
  opType: "Celu",
  attributes: ["alpha"],
  y: (node) =>
    call(
      "select",
      call("less", f32(0), operand(0)),
      operand(0),
      call("mul", call("sub", exponential(node, operand(0)), f32(1)), f32(alpha(node))),
    ),
  dx: (node) =>
    call(
      "select",
      call("less", f32(0), operand(1)),
      operand(0),
      call("mul", operand(0), exponential(node, operand(1))),
    ),
});
