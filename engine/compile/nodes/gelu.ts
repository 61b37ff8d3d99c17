import { call, f32, operand, type Term } from "../builder/map.ts";
import type { NodeContext } from "./rule.ts";
import { unary } from "./unary.ts";

/** √½. */
const ROOT_HALF = 0.7071067811865476;
/** 1/√(2π). */
const DENSITY = 0.3989422804014327;
/** √(2/π). */
const SCALE = 0.7978845608028654;
const CUBE = 0.044715;

function isTanh(node: NodeContext): boolean {
  const approximate = node.text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh") node.refuse(`approximate = ${approximate}`);
  return approximate === "tanh";
}

/** Φ(x) = (1 + erf(x/√2))/2. */
function distribution(x: Term): Term {
  return call("mul", call("add", call("erf", call("mul", x, f32(ROOT_HALF))), f32(1)), f32(0.5));
}

/** tanh(√(2/π)·x·(1 + 0.044715·x²)). */
function approximation(x: Term, square: Term): Term {
  const inner = call("add", call("mul", square, f32(CUBE)), f32(1));
  return call("tanh", call("mul", call("mul", x, f32(SCALE)), inner));
}

/**
 * y = x·Φ(x), dx = dy·(Φ(x) + x·e^(−x²/2)/√(2π)). With approximate = tanh: y = x·(1 + t)/2 for t = tanh(√(2/π)·(x + 0.044715·x³)),
 * dx = dy·((1 + t)/2 + x·(1 − t²)·√(2/π)·(1 + 3·0.044715·x²)/2).
 */
export const gelu = unary({
  opType: "Gelu",
  supports: "f32 of any shape, with approximate = none or tanh",
  attributes: ["approximate"],
  opsets: "from 20 on",
  y(node) {
    const x = operand(0);
    if (!isTanh(node)) return call("mul", x, distribution(x));
    const t = approximation(x, call("mul", x, x));
    return call("mul", x, call("mul", call("add", t, f32(1)), f32(0.5)));
  },
  dx(node) {
    const x = operand(1);
    const square = call("mul", x, x);
    if (!isTanh(node)) {
      const density = call("mul", call("exp", call("mul", square, f32(-0.5))), f32(DENSITY));
      return call("mul", operand(0), call("add", distribution(x), call("mul", x, density)));
    }
    const t = approximation(x, square);
    const half = call("mul", call("add", t, f32(1)), f32(0.5));
    const inner = call("mul", call("add", call("mul", square, f32(3 * CUBE)), f32(1)), f32(SCALE / 2));
    const slope = call("mul", call("sub", f32(1), call("mul", t, t)), inner);
    return call("mul", operand(0), call("add", half, call("mul", x, slope)));
  },
});
