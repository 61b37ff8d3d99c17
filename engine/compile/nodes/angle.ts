import { tensorValue } from "../builder/tensor.ts";
import type { NodeRule } from "./rule.ts";

/** π/2 in two parts: the first of 33 bits, so that its products with whole numbers below 2²⁰ are exact. */
const HALF_PI_HIGH = 1.5707963267341256;
const HALF_PI_LOW = 6.077100506506192e-11;
/** Largest angle. */
const MOST = 2 ** 20;

/** Σ of a Taylor series in r² from its last term on, for |r| ≤ π/4: terms r^first/first!, alternating. */
function series(r: number, first: 0 | 1): number {
  let total = 1;
  for (let n = 20 + first; n > first; n -= 2) total = 1 - (total * r * r) / (n * (n - 1));
  return first === 0 ? total : total * r;
}

/** sin of an angle and `quarters` more right angles, by + − × ÷ alone: the same double on every machine. */
function sine(angle: number, quarters: number): number {
  const n = Math.floor(angle / (Math.PI / 2) + 0.5);
  const r = angle - n * HALF_PI_HIGH - n * HALF_PI_LOW;
  const turn = (((n + quarters) % 4) + 4) % 4;
  const value = series(r, turn % 2 === 0 ? 1 : 0);
  return turn < 2 ? value : 0 - value;
}

/**
 * Sin and Cos of tables that are known at compile time (positions): no operator has them.
 * ROUNDS: each element once, from a double whose error is below 10⁻¹².
 */
export function angle(opType: string, quarters: number): NodeRule {
  return {
    opType,
    inputs: [{ name: "input", takes: "known f32" }],
    supports: "f32 known at compile time, between −2²⁰ and 2²⁰",
    attributes: [],
    flat: true,
    lower(node) {
      const angles = node.known(0) as readonly number[];
      const worst = angles.find((each) => !(Math.abs(each) <= MOST));
      if (worst !== undefined) node.refuse(`an angle of ${worst}`);
      const values = Float32Array.from(angles, (each) => sine(each, quarters));
      return { outputs: [tensorValue(node.builder, { dtype: "f32", shape: node.input(0).shape, values })] };
    },
  };
}
