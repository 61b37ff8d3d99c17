import { OperatorError } from "../../../common/index.ts";
import { wordsOf, type Builder } from "../builder/builder.ts";
import { fold } from "../builder/fold.ts";
import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { shapeText } from "../graph.ts";
import type { Loss } from "./loss.ts";

/** An expression over an output and its target. */
export type Pairwise = (output: Term, target: Term) => Term;

/**
 * A loss that compares every output with a target of its own: y f32 of any shape, t f32 with one target for each element, row-major.
 * ROUNDS: each loss, their sum, the quotient by their number; the gradient is the slope times f32(1/number).
 */
export function elementwiseLoss(b: Builder, outputs: Value, targets: Value, loss: Pairwise, slope: Pairwise): Loss {
  const count = wordsOf(outputs);
  if (outputs.dtype !== "f32" || targets.dtype !== "f32" || wordsOf(targets) !== count)
    throw new OperatorError(
      "labels-mismatch",
      `The target field gives ${wordsOf(targets)} ${targets.dtype} words a batch, but outputs ${shapeText(outputs.shape)} need ${count} f32 words.`,
      { logits: outputs.shape, labels: targets.shape },
    );
  const flat = [outputs, targets].map((value) => withShape(contiguous(b, value), [count]));
  const losses = map(b, "f32", flat, loss(operand(0), operand(1)));
  const value = map(b, "f32", [fold(b, "sum", losses)], call("div", operand(0), f32(count)));
  const gradient = map(b, "f32", flat, call("mul", slope(operand(0), operand(1)), f32(1 / count)));
  return { value, gradient: withShape(gradient, outputs.shape) };
}

/** −1, 0 or 1; of a NaN 0. */
export function sign(term: Term): Term {
  return call("sub", call("less", f32(0), term), call("less", term, f32(0)));
}
