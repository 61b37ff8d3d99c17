import { call, f32, operand } from "../builder/map.ts";
import { unary } from "./unary.ts";

/** y = x/(1 + |x|). dx = dy/(1 + |x|)². */
export const softsign = unary({
  opType: "Softsign",
  input: "input",
  y: () => call("div", operand(0), call("add", call("abs", operand(0)), f32(1))),
  dx: () => {
    const divisor = call("add", call("abs", operand(1)), f32(1));
    return call("div", call("div", operand(0), divisor), divisor);
  },
});
