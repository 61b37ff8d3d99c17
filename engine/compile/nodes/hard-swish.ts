import { call, f32, operand, type Term } from "../builder/map.ts";
import { unary } from "./unary.ts";

function gate(x: Term): Term {
  return call("min", call("max", call("add", call("mul", x, f32(1 / 6)), f32(0.5)), f32(0)), f32(1));
}

/** y = x·h for h = x/6 + 1/2 between 0 and 1. dx = dy·(h + (0 < h < 1 ? x/6 : 0)). */
export const hardSwish = unary({
  opType: "HardSwish",
  y: () => call("mul", operand(0), gate(operand(0))),
  dx: () => {
    const h = gate(operand(1));
    const inside = call("mul", call("less", f32(0), h), call("less", h, f32(1)));
    return call("mul", operand(0), call("add", h, call("mul", inside, call("mul", operand(1), f32(1 / 6)))));
  },
});
