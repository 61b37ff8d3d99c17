import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = tanh(x). dx = dy·(1 − y²). */
export const tanh = unary({
  opType: "Tanh",
  input: "input",
  y: () => call("tanh", operand(0)),
  dx: () => call("mul", operand(0), call("sub", f32(1), call("mul", operand(2), operand(2)))),
});
