import { call, f32, operand } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

const alpha = (node: NodeContext) => node.number("alpha", 1.67326319217681884765625);
const gamma = (node: NodeContext) => node.number("gamma", 1.05070102214813232421875);

/** y = gamma·(x > 0 ? x : alpha·(eˣ − 1)). dx = x > 0 ? dy·gamma : dy·(y + alpha·gamma). */
export const selu = unary({
  opType: "Selu",
  attributes: ["alpha", "gamma"],
  y: (node) => {
    const negative = call("mul", call("sub", call("exp", operand(0)), f32(1)), f32(alpha(node)));
    return call("mul", call("select", call("less", f32(0), operand(0)), operand(0), negative), f32(gamma(node)));
  },
  dx: (node) => {
    const negative = call("mul", operand(0), call("add", operand(2), f32(alpha(node) * gamma(node))));
    return call("select", call("less", f32(0), operand(1)), call("mul", operand(0), f32(gamma(node))), negative);
  },
});
