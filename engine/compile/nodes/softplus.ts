import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = ln(1 + eˣ), as max(x, 0) + ln(1 + e^(−|x|)). dx = dy/(1 + e⁻ˣ). */
export const softplus = unary({
  opType: "Softplus",
  y: () =>
    call(
      "add",
      call("max", operand(0), f32(0)),
      call("log", call("add", call("exp", call("neg", call("abs", operand(0)))), f32(1))),
    ),
  dx: () => call("div", operand(0), call("add", call("exp", call("neg", operand(1))), f32(1))),
});
