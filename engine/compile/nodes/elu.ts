import { call, f32, operand } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

const alpha = (node: NodeContext) => node.number("alpha", 1);

/** y = x > 0 ? x : alpha·(eˣ − 1). dx = x > 0 ? dy : dy·(y + alpha). */
export const elu = unary({
  opType: "Elu",
  attributes: ["alpha"],
  y: (node) =>
    call(
      "select",
      call("less", f32(0), operand(0)),
      operand(0),
      call("mul", call("sub", call("exp", operand(0)), f32(1)), f32(alpha(node))),
    ),
  dx: (node) =>
    call(
      "select",
      call("less", f32(0), operand(1)),
      operand(0),
      call("mul", operand(0), call("add", operand(2), f32(alpha(node)))),
    ),
});
