import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = max(x, 0). dx = y > 0 ? dy : 0, so 0 at 0. */
export const relu = unary({
  opType: "Relu",
  y: () => call("max", operand(0), f32(0)),
  dx: () => call("select", call("less", f32(0), operand(2)), operand(0), f32(0)),
});
