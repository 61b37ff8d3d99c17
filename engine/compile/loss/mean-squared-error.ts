import { OperatorError } from "../../../common/index.ts";
import type { Builder } from "../builder/builder.ts";
import { wordsOf } from "../builder/builder.ts";
import { fold } from "../builder/fold.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { shapeText } from "../graph.ts";
import type { Loss } from "./loss.ts";

/**
 * (y − t)², mean over all elements. y f32 of any shape, t f32 with one target for each element, row-major.
 * ROUNDS: the difference, its square, their sum, the quotient by the number; the gradient is the difference times f32(2/number).
 */
export function meanSquaredError(b: Builder, logits: Value, targets: Value): Loss {
  const count = wordsOf(logits);
  if (logits.dtype !== "f32" || targets.dtype !== "f32" || wordsOf(targets) !== count)
    throw new OperatorError(
      "labels-mismatch",
      `The target field gives ${wordsOf(targets)} ${targets.dtype} words a batch, but outputs ${shapeText(logits.shape)} need ${count} f32 words.`,
      { logits: logits.shape, labels: targets.shape },
    );
  const flat = [logits, targets].map((value) => withShape(contiguous(b, value), [count]));
  const difference = map(b, "f32", flat, call("sub", operand(0), operand(1)));
  const squares = map(b, "f32", [difference], call("mul", operand(0), operand(0)));
  const value = map(b, "f32", [fold(b, "sum", squares)], call("div", operand(0), f32(count)));
  const gradient = map(b, "f32", [difference], call("mul", operand(0), f32(2 / count)));
  return { value, gradient: withShape(gradient, logits.shape) };
}
