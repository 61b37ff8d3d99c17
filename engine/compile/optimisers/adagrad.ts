import { call } from "../builder/map.ts";
import { decayedGradient } from "./decay.ts";
import { evaluate } from "./expression.ts";
import type { Update, Updated } from "./update.ts";

export interface Adagrad {
  readonly kind: "adagrad";
  readonly learningRate: number;
  /** 1e-10 if left out. */
  readonly epsilon?: number;
  /** What the sums of squares start at; 0 if left out. */
  readonly initialAccumulator?: number;
  /** L2 regularisation, added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/** The parameter moves by rate·gradient/(√s′ + ε), s′ the sum of all squares. SPEC: torch.optim.Adagrad; its lr_decay is a schedule here. */
export function adagrad({ epsilon = 1e-10, initialAccumulator = 0 }: Adagrad, update: Update): Updated {
  const { builder: b, parameter, rate } = update;
  const gradient = decayedGradient(update);
  const before = update.moment("sum", initialAccumulator);
  const sum = evaluate(b, (use) => {
    const g = gradient(use);
    return call("add", use(before), call("mul", g, g));
  });
  const next = evaluate(b, (use) => {
    const deviation = call("add", call("sqrt", use(sum)), use(epsilon));
    return call("sub", use(parameter), call("div", call("mul", gradient(use), use(rate)), deviation));
  });
  return { parameter: next, moments: { sum } };
}
