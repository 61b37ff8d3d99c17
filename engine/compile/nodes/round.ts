import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = the nearest integer, ties to even. dx = 0. */
export const round = unary({
  opType: "Round",
  y: () => call("rint", operand(0)),
});
