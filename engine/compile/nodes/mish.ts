import { call, f32, operand, type Term } from "../builder/map.ts";
import { unary } from "./unary.ts";

function gate(x: Term): Term {
  const exponential = call("exp", call("neg", call("abs", x)));
  return call("tanh", call("add", call("max", x, f32(0)), call("log", call("add", exponential, f32(1)))));
}

/** y = x·t for t = tanh(ln(1 + eˣ)). dx = dy·(t + x·(1 − t²)/(1 + e⁻ˣ)). */
export const mish = unary({
  opType: "Mish",
  opsets: "from 18 on",
  y: () => call("mul", operand(0), gate(operand(0))),
  dx: () => {
    const t = gate(operand(1));
    const sigmoid = call("div", f32(1), call("add", call("exp", call("neg", operand(1))), f32(1)));
    const slope = call("mul", call("mul", operand(1), sigmoid), call("sub", f32(1), call("mul", t, t)));
    return call("mul", operand(0), call("add", t, slope));
  },
});
