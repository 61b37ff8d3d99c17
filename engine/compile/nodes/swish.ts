import { call, f32, operand, type Term } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

function gate(node: NodeContext, x: Term): Term {
  const exponential = call("exp", call("mul", x, f32(-node.number("alpha", 1))));
  return call("div", f32(1), call("add", exponential, f32(1)));
}

/** y = x·s for s = 1/(1 + e^(−alpha·x)). dx = dy·(s + alpha·y·(1 − s)). */
export const swish = unary({
  opType: "Swish",
  attributes: ["alpha"],
  opsets: "from 24 on",
  y: (node) => call("mul", operand(0), gate(node, operand(0))),
  dx: (node) => {
    const s = gate(node, operand(1));
    const slope = call("mul", call("mul", operand(2), f32(node.number("alpha", 1))), call("sub", f32(1), s));
    return call("mul", operand(0), call("add", s, slope));
  },
});
