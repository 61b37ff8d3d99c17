import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = ln x, NaN below 0. dx = dy/x. */
export const log = unary({
  opType: "Log",
  input: "input",
  y: () => call("log", operand(0)),
  dx: () => call("div", operand(0), operand(1)),
});
