import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = −1, 0 or 1, NaN as 0. dx = 0. */
export const sign = unary({
  opType: "Sign",
  input: "input",
  y: () => call("sub", call("less", f32(0), operand(0)), call("less", operand(0), f32(0))),
});
