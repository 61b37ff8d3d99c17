import { call, i32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = −x. dx = −dy. */
export const neg = unary({
  opType: "Neg",
  integer: call("isub", i32(0), operand(0)),
  y: () => call("neg", operand(0)),
  dx: () => call("neg", operand(0)),
});
