import { call } from "../builder/map.ts";
import { decayedGradient } from "./decay.ts";
import { evaluate, type Expression } from "./expression.ts";
import type { Update, Updated } from "./update.ts";

export interface Sgd {
  readonly kind: "sgd";
  /** Rounded to f32, as all numbers here. */
  readonly learningRate: number;
  /** 0 if left out: no moment is kept. */
  readonly momentum?: number;
  /** The gradient plus momentum times the new moment takes the moment's place. */
  readonly nesterov?: boolean;
  /** 0 if left out. */
  readonly weightDecay?: number;
}

/**
 * parameter − rate·d, with d the gradient, or the moment m′ = momentum·m + gradient, or gradient + momentum·m′ (Nesterov).
 * SPEC: torch.optim.SGD without dampening. Its first step takes the gradient as the moment; a moment of zeros gives the same words.
 */
export function sgd({ momentum = 0, nesterov = false }: Sgd, update: Update): Updated {
  const { builder: b, parameter, rate } = update;
  const gradient = decayedGradient(update);
  const stepped = (direction: Expression) =>
    evaluate(b, (use) => call("sub", use(parameter), call("mul", direction(use), use(rate))));
  if (momentum === 0) return { parameter: stepped(gradient), moments: {} };
  const before = update.moment("momentum_buffer");
  const buffer = evaluate(b, (use) => call("add", call("mul", use(before), use(momentum)), gradient(use)));
  const ahead: Expression = (use) => call("add", gradient(use), call("mul", use(buffer), use(momentum)));
  return { parameter: stepped(nesterov ? ahead : (use) => use(buffer)), moments: { momentum_buffer: buffer } };
}
