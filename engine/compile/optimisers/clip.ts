import type { Builder } from "../builder/builder.ts";
import { wordsOf } from "../builder/builder.ts";
import { fold } from "../builder/fold.ts";
import { call } from "../builder/map.ts";
import { operandOf, withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { refuseSetting } from "./check.ts";
import { evaluate, type Expression } from "./expression.ts";

/** `value`: every component to −limit … limit. `norm`: all gradients together to a length of at most `limit`. */
export interface Clip {
  readonly by: "value" | "norm";
  /** Above 0. */
  readonly limit: number;
}

/** Longest run that is folded in one piece. */
const LONGEST = 512;
const BLOCK = 256;

/** Σ g·g: one word. ORDER: Fold's, in blocks of 256 where there are more than 512 components. */
function sumOfSquares(b: Builder, gradient: Value): Value {
  const n = wordsOf(gradient);
  const flat = operandOf(withShape(contiguous(b, gradient), [n]), 0);
  const whole = n <= LONGEST;
  const read = { ...flat, strides: [whole ? 0 : BLOCK] };
  const extents = [whole ? 1 : Math.ceil(n / BLOCK)];
  const sums = { kind: "Fold", fn: "dot", dtype: "f32", extents, operands: [read, read] } as const;
  const emitted = b.emit({ ...sums, k: whole ? n : BLOCK, l: whole ? 0 : n }, whole ? [] : extents);
  return whole ? emitted : fold(b, "sum", emitted);
}

/**
 * What the gradients are multiplied by: min(1, limit/(length of all + 1e-6)), one word. ORDER: parameter by parameter; each sum of
 * squares is added to those before it. SPEC: torch.nn.utils.clip_grad_norm_, which adds up the squares of the lengths.
 */
function normFactor(b: Builder, gradients: readonly Value[], limit: number): Value {
  const sums = gradients.map((gradient) => sumOfSquares(b, gradient));
  const total = sums.reduce((sum, next) => evaluate(b, (use) => call("add", use(sum), use(next))));
  return evaluate(b, (use) => {
    const length = call("add", call("sqrt", use(total)), use(1e-6));
    return call("min", call("div", use(limit), length), use(1));
  });
}

/** The gradients as the optimiser takes them. Throws the OperatorError `setting-invalid`. */
export function clipped(b: Builder, gradients: readonly Value[], clip: Clip | undefined): Expression[] {
  if (clip === undefined) return gradients.map((gradient) => (use) => use(gradient));
  const { by, limit } = clip;
  if (!(Math.fround(limit) > 0 && Number.isFinite(Math.fround(limit))))
    refuseSetting(`Gradients are clipped at ${limit}; give a number above 0.`, { limit });
  if (by === "value")
    return gradients.map((gradient) => (use) => call("min", call("max", use(gradient), use(-limit)), use(limit)));
  if (gradients.length === 0) return [];
  const factor = normFactor(b, gradients, limit);
  return gradients.map((gradient) => (use) => call("mul", use(gradient), use(factor)));
}
