import { call, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = the largest integer ≤ x. dx = 0. */
export const floor = unary({
  opType: "Floor",
  y: () => call("floor", operand(0)),
});
