import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** 2/√π. */
const TWO_BY_ROOT_PI = 1.1283791670955126;

/** y = erf(x). dx = dy·(2/√π)·e^(−x²). */
export const erf = unary({
  opType: "Erf",
  input: "input",
  y: () => call("erf", operand(0)),
  dx: () =>
    call(
      "mul",
      operand(0),
      call("mul", call("exp", call("neg", call("mul", operand(1), operand(1)))), f32(TWO_BY_ROOT_PI)),
    ),
});
