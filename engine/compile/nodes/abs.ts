import { call, f32, i32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** −1 of an integer below 0, else 0. */
const sign = call("isub", i32(0), call("ishr", operand(0), i32(31)));

/** y = |x|. dx = x < 0 ? −dy : x > 0 ? dy : 0. */
export const abs = unary({
  opType: "Abs",
  integer: call("isub", call("ixor", operand(0), sign), sign),
  y: () => call("abs", operand(0)),
  dx: () =>
    call(
      "select",
      call("less", operand(1), f32(0)),
      call("neg", operand(0)),
      call("select", call("less", f32(0), operand(1)), operand(0), f32(0)),
    ),
});
