import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = 1/x. dx = −(dy·y)·y. */
export const reciprocal = unary({
  opType: "Reciprocal",
  y: () => call("div", f32(1), operand(0)),
  dx: () => call("neg", call("mul", call("mul", operand(0), operand(2)), operand(2))),
});
