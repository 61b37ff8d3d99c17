import { call } from "../builder/map.ts";
import { decayedGradient } from "./decay.ts";
import { evaluate, type Expression } from "./expression.ts";
import { averagedSquare } from "./moments.ts";
import type { Update, Updated } from "./update.ts";

export interface RmsProp {
  readonly kind: "rmsprop";
  readonly learningRate: number;
  /** Decay of the average of squares; 0.99 if left out. */
  readonly alpha?: number;
  /** 1e-8 if left out. */
  readonly epsilon?: number;
  /** 0 if left out: no moment of quotients is kept. */
  readonly momentum?: number;
  /** L2 regularisation, added to the gradient; 0 if left out. */
  readonly weightDecay?: number;
}

/** The parameter moves by rate·gradient/(√v′ + ε), or by rate times a moment of those quotients. SPEC: torch.optim.RMSprop, not centred. */
export function rmsprop({ alpha = 0.99, epsilon = 1e-8, momentum = 0 }: RmsProp, update: Update): Updated {
  const { builder: b, parameter, rate } = update;
  const gradient = decayedGradient(update);
  const square = averagedSquare(b, update.moment("square_avg"), alpha, gradient);
  const deviation: Expression = (use) => call("add", call("sqrt", use(square)), use(epsilon));
  if (momentum === 0) {
    const next = evaluate(b, (use) =>
      call("sub", use(parameter), call("div", call("mul", gradient(use), use(rate)), deviation(use))),
    );
    return { parameter: next, moments: { square_avg: square } };
  }
  const before = update.moment("momentum_buffer");
  const buffer = evaluate(b, (use) =>
    call("add", call("mul", use(before), use(momentum)), call("div", gradient(use), deviation(use))),
  );
  const next = evaluate(b, (use) => call("sub", use(parameter), call("mul", use(buffer), use(rate))));
  return { parameter: next, moments: { square_avg: square, momentum_buffer: buffer } };
}
