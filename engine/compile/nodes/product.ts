import type { Builder } from "../builder/builder.ts";
import { multiply } from "../builder/dot.ts";
import { transpose, type Value } from "../builder/value.ts";

/** Gradients of y = x·w for x [..., M, K], w [..., K, N]: dx = dy·wᵀ and dw = xᵀ·dy, over the leading axes of y. */
export function productGradients(b: Builder, x: Value, w: Value, dy: Value): [Value, Value] {
  const dx = multiply(b, dy, w);
  // A weight kept as [N, K] gets its gradient in that order, so that the update reads both along the same words.
  const rowMajor = w.strides.at(-1) === 1;
  const [xt, dyt] = [transpose(x), transpose(dy)];
  return [dx, rowMajor ? multiply(b, xt, dyt) : transpose(multiply(b, dyt, xt))];
}
