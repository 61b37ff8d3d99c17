import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = −x. dx = −dy. */
export const neg = unary({
  opType: "Neg",
  y: () => call("neg", operand(0)),
  dx: () => call("neg", operand(0)),
});
