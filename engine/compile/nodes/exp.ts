import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = eˣ. dx = dy·y. */
export const exp = unary({
  opType: "Exp",
  input: "input",
  y: () => call("exp", operand(0)),
  dx: () => call("mul", operand(0), operand(2)),
});
