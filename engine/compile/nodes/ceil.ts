import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = the smallest integer ≥ x. dx = 0. */
export const ceil = unary({
  opType: "Ceil",
  y: () => call("neg", call("floor", call("neg", operand(0)))),
});
