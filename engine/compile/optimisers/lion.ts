import { call } from "../builder/map.ts";
import { decayedParameter } from "./decay.ts";
import { evaluate } from "./expression.ts";
import { averaged } from "./moments.ts";
import type { Update, Updated } from "./update.ts";

export interface Lion {
  readonly kind: "lion";
  readonly learningRate: number;
  /** Weight of the moment in the direction, and its decay; 0.9 and 0.99 if left out. */
  readonly betas?: readonly [number, number];
  /** Decoupled: the parameter is multiplied by 1 − rate·weightDecay first; 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * The parameter moves by rate times the sign of m·β₁ + gradient·(1 − β₁), the sign of a zero or NaN being 0; then m′ = m·β₂ + gradient·(1 − β₂).
 * SPEC: Chen et al., "Symbolic Discovery of Optimization Algorithms" (2023), algorithm 2.
 */
export function lion({ betas: [first, second] = [0.9, 0.99] }: Lion, update: Update): Updated {
  const { builder: b, gradient, rate } = update;
  const before = update.moment("exp_avg");
  const start = decayedParameter(update);
  const parameter = evaluate(b, (use) => {
    const weighted = call("mul", gradient(use), use(1 - first));
    const direction = call("add", call("mul", use(before), use(first)), weighted);
    const sign = call("sub", call("less", use(0), direction), call("less", direction, use(0)));
    return call("sub", start(use), call("mul", sign, use(rate)));
  });
  return { parameter, moments: { exp_avg: averaged(b, before, second, gradient) } };
}
