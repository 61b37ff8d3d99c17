import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = 1/(1 + e⁻ˣ). dx = dy·y·(1 − y). */
export const sigmoid = unary({
  opType: "Sigmoid",
  y: () => call("div", f32(1), call("add", call("exp", call("neg", operand(0))), f32(1))),
  dx: () => call("mul", call("mul", operand(0), operand(2)), call("sub", f32(1), operand(2))),
});
