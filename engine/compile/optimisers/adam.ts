import { call } from "../builder/map.ts";
import { decayedGradient } from "./decay.ts";
import { evaluate, type Expression } from "./expression.ts";
import { averaged, averagedSquare } from "./moments.ts";
import type { Update, Updated } from "./update.ts";

export interface Adam {
  readonly kind: "adam";
  readonly learningRate: number;
  /** Decays of the two moving averages; 0.9 and 0.999 if left out. */
  readonly betas?: readonly [number, number];
  /** 1e-8 if left out. */
  readonly epsilon?: number;
  /** L2 regularisation, added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

export const adamBetas = [0.9, 0.999] as const;

/**
 * m′ and v′ are averages of the gradient and of its square; the parameter moves by (rate/(1 − β₁ᵗ))·m′ / (√v′/√(1 − β₂ᵗ) + ε), t = step + 1.
 * SPEC: torch.optim.Adam and, with a decayed `start`, torch.optim.AdamW.
 */
export function adamStep(
  { betas = adamBetas, epsilon = 1e-8 }: Pick<Adam, "betas" | "epsilon">,
  update: Update,
  gradient: Expression,
  start: Expression,
): Updated {
  const { builder: b, rate } = update;
  const [first, second] = betas;
  const average = averaged(b, update.moment("exp_avg"), first, gradient);
  const square = averagedSquare(b, update.moment("exp_avg_sq"), second, gradient);
  // One word each, not one division an element.
  const size = evaluate(b, (use) => call("div", use(rate), use(update.biasCorrection(first))));
  const correction = evaluate(b, (use) => call("sqrt", use(update.biasCorrection(second))));
  const parameter = evaluate(b, (use) => {
    const deviation = call("add", call("div", call("sqrt", use(square)), use(correction)), use(epsilon));
    return call("sub", start(use), call("div", call("mul", use(average), use(size)), deviation));
  });
  return { parameter, moments: { exp_avg: average, exp_avg_sq: square } };
}

/** SPEC: torch.optim.Adam. */
export function adam(settings: Adam, update: Update): Updated {
  return adamStep(settings, update, decayedGradient(update), (use) => use(update.parameter));
}
