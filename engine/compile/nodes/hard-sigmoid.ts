import { call, f32, operand } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

const alpha = (node: NodeContext) => node.number("alpha", 0.2);
const inside = call("mul", call("less", f32(0), operand(2)), call("less", operand(2), f32(1)));

/** y = alpha·x + beta between 0 and 1. dx = dy·alpha where 0 < y < 1, else 0. */
export const hardSigmoid = unary({
  opType: "HardSigmoid",
  attributes: ["alpha", "beta"],
  y: (node) =>
    call(
      "min",
      call("max", call("add", call("mul", operand(0), f32(alpha(node))), f32(node.number("beta", 0.5))), f32(0)),
      f32(1),
    ),
  dx: (node) => call("mul", operand(0), call("mul", inside, f32(alpha(node)))),
});
