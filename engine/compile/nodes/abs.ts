import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = |x|. dx = x < 0 ? −dy : x > 0 ? dy : 0. */
export const abs = unary({
  opType: "Abs",
  y: () => call("abs", operand(0)),
  dx: () =>
    call(
      "select",
      call("less", operand(1), f32(0)),
      call("neg", operand(0)),
      call("select", call("less", f32(0), operand(1)), operand(0), f32(0)),
    ),
});
