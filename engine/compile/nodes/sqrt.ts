import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = √x, NaN below 0. dx = (dy/2)/y, which is not finite at 0. */
export const sqrt = unary({
  opType: "Sqrt",
  y: () => call("sqrt", operand(0)),
  dx: () => call("div", call("mul", operand(0), f32(0.5)), operand(2)),
});
