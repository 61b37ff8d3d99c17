import { OperatorError } from "../../../common/index.ts";
import type { Builder } from "../builder/builder.ts";
import { fold, rowsOf } from "../builder/fold.ts";
import { pickFromRows } from "../builder/gather.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { insertAxis, withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { product, shapeText } from "../graph.ts";
import type { Loss } from "./loss.ts";

/**
 * −log softmax(logits)[label], mean over the positions. Logits f32 [..., classes], one i32 label in 0 … classes−1 for each position.
 * ROUNDS: log Σ exp(z − max) − (z[label] − max) for each position; the sum over positions is divided by their number.
 */
export function softmaxCrossEntropy(b: Builder, logits: Value, labels: Value): Loss {
  const classes = logits.shape.at(-1) as number;
  const positions = product(logits.shape.slice(0, -1));
  if (
    logits.shape.length === 0 ||
    logits.dtype !== "f32" ||
    labels.dtype !== "i32" ||
    product(labels.shape) !== positions
  )
    throw new OperatorError(
      "labels-mismatch",
      `The label field gives ${product(labels.shape)} ${labels.dtype} words a batch, but logits ${shapeText(logits.shape)} need ${positions} i32 words.`,
      { logits: logits.shape, labels: labels.shape },
    );
  const z = rowsOf(b, logits);
  const label = withShape(contiguous(b, labels), [positions]);
  const largest = fold(b, "max", z);
  const e = map(b, "f32", [z, insertAxis(largest, 1)], call("exp", call("sub", operand(0), operand(1))));
  const sum = fold(b, "sum", e);
  const chosen = call("sub", operand(1), operand(2));
  const each = [sum, pickFromRows(b, z, label), largest];
  const losses = map(b, "f32", each, call("sub", call("log", operand(0)), chosen));
  const value = map(b, "f32", [fold(b, "sum", losses)], call("div", operand(0), f32(positions)));
  // (softmax − one-hot) / positions
  const softmax = call("div", operand(0), operand(1));
  const slope = call("sub", softmax, call("iequal", operand(2), operand(3)));
  const inputs = [e, insertAxis(sum, 1), insertAxis(label, 1), b.iota(classes)];
  const gradient = map(b, "f32", inputs, call("mul", slope, f32(1 / positions)));
  return { value, gradient: withShape(gradient, logits.shape) };
}
