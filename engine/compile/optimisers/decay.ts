import { call } from "../builder/map.ts";
import { evaluate, type Expression, type Scalar } from "./expression.ts";
import type { Update } from "./update.ts";

/** L2 regularisation: the gradient plus weightDecay·parameter. */
export function decayedGradient({ gradient, parameter, weightDecay }: Update): Expression {
  if (weightDecay === 0) return gradient;
  return (use) => call("add", gradient(use), call("mul", use(parameter), use(weightDecay)));
}

/** Decoupled decay: the parameter times 1 − rate·weightDecay, before anything else happens to it. */
export function decayedParameter({ builder, parameter, rate, weightDecay }: Update): Expression {
  if (weightDecay === 0) return (use) => use(parameter);
  const kept: Scalar =
    typeof rate === "number"
      ? 1 - rate * weightDecay
      : evaluate(builder, (use) => call("sub", use(1), call("mul", use(rate), use(weightDecay))));
  return (use) => call("mul", use(parameter), use(kept));
}
