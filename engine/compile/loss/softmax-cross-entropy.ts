import { OperatorError } from "../../../common/index.ts";
import type { Builder } from "../builder/builder.ts";
import { fold, rowsOf } from "../builder/fold.ts";
import { pickFromRows } from "../builder/gather.ts";
import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { insertAxis, withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { product, shapeText } from "../graph.ts";
import type { Loss, LossSettings } from "./loss.ts";

/** Logits as rows with one label each. Throws the OperatorError `labels-mismatch`. */
export function labelledRows(b: Builder, logits: Value, labels: Value): { readonly z: Value; readonly label: Value } {
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
  return { z: rowsOf(b, logits), label: withShape(contiguous(b, labels), [positions]) };
}

/** 1 where the label is the one that counts for nothing, else 0. */
export function isIgnored(label: Term, ignoreIndex: number): Term {
  return call("iequal", label, { bits: ignoreIndex >>> 0 });
}

function check({ ignoreIndex = 0, labelSmoothing = 0 }: LossSettings): void {
  if (ignoreIndex !== (ignoreIndex | 0))
    throw new OperatorError("setting-invalid", `The ignored label is ${ignoreIndex}; give a 32-bit integer.`, {
      ignoreIndex,
    });
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
    throw new OperatorError("setting-invalid", `A label smoothing of ${labelSmoothing} is not from 0 to 1.`, {
      labelSmoothing,
    });
}

/**
 * 1 over the number of positions that count, at least 1: a constant, or a word of the program. ROUNDS: a count is exact to 2²⁴.
 */
function shareOf(b: Builder, label: Value, ignoreIndex: number | undefined): number | Value {
  if (ignoreIndex === undefined) return 1 / (label.shape[0] as number);
  const counts = map(b, "f32", [label], call("sub", f32(1), isIgnored(operand(0), ignoreIndex)));
  return map(b, "f32", [fold(b, "sum", counts)], call("div", f32(1), call("max", operand(0), f32(1))));
}

/** A factor as a term: an immediate, or operand `index` of the Map. */
function factorOf(share: number | Value, index: number): Term {
  return typeof share === "number" ? f32(share) : operand(index);
}

/**
 * −log softmax(logits)[label], mean over the positions. Logits f32 [..., classes], one i32 label in 0 … classes−1 for each position.
 * With label smoothing ε the target is (1 − ε) at the label plus ε/classes everywhere. Where every position is ignored the loss is 0.
 * ROUNDS: log Σ exp(z − max) − (z[label] − max) for each position; the sum over positions is divided by their number, or, where some
 * are ignored, multiplied by 1 over it. SPEC: torch.nn.CrossEntropyLoss, but for the case that all are ignored.
 */
export function softmaxCrossEntropy(b: Builder, logits: Value, labels: Value, settings: LossSettings = {}): Loss {
  check(settings);
  const { z, label } = labelledRows(b, logits, labels);
  const [positions, classes] = z.shape as [number, number];
  const { ignoreIndex, labelSmoothing = 0 } = settings;
  const largest = fold(b, "max", z);
  const e = map(b, "f32", [z, insertAxis(largest, 1)], call("exp", call("sub", operand(0), operand(1))));
  const sum = fold(b, "sum", e);
  const share = shareOf(b, label, ignoreIndex);
  const value = meanLoss(b, settings, { z, label, largest, sum, share, positions, classes });
  // (softmax − target) · share
  const softmax = call("div", operand(0), operand(1));
  const hit = call("iequal", operand(2), operand(3));
  const sharp = labelSmoothing === 0 ? hit : call("mul", hit, f32(1 - labelSmoothing));
  const slope = call("sub", softmax, sharp);
  const smooth = labelSmoothing === 0 ? slope : call("sub", slope, f32(labelSmoothing / classes));
  const scaled = call("mul", smooth, factorOf(share, 4));
  const gradient = ignoreIndex === undefined ? scaled : unlessIgnored(operand(2), ignoreIndex, scaled);
  const inputs = [e, insertAxis(sum, 1), insertAxis(label, 1), b.iota(classes)];
  const operands = typeof share === "number" ? inputs : [...inputs, share];
  return { value, gradient: withShape(map(b, "f32", operands, gradient), logits.shape) };
}

function unlessIgnored(label: Term, ignoreIndex: number, term: Term): Term {
  return call("select", isIgnored(label, ignoreIndex), f32(0), term);
}

interface Parts {
  readonly z: Value;
  readonly label: Value;
  readonly largest: Value;
  /** Σ exp(z − largest) */
  readonly sum: Value;
  readonly share: number | Value;
  readonly positions: number;
  readonly classes: number;
}

/** The loss of every position, and their mean. */
function meanLoss(b: Builder, { ignoreIndex, labelSmoothing = 0 }: LossSettings, parts: Parts): Value {
  const { z, label, largest, sum, share, positions, classes } = parts;
  const each = [sum, pickFromRows(b, z, label), largest];
  const logSum = call("log", operand(0));
  const chosen = call("sub", operand(1), operand(2));
  if (labelSmoothing > 0) each.push(fold(b, "sum", z));
  // The mean of z over the classes, which is what the evenly spread part of the target picks.
  const even = call("sub", call("mul", operand(3), f32(1 / classes)), operand(2));
  const picked =
    labelSmoothing === 0
      ? chosen
      : call("add", call("mul", chosen, f32(1 - labelSmoothing)), call("mul", even, f32(labelSmoothing)));
  const loss = call("sub", logSum, picked);
  const labelAt = operand(each.length);
  const counted = ignoreIndex === undefined ? loss : unlessIgnored(labelAt, ignoreIndex, loss);
  const losses = map(b, "f32", ignoreIndex === undefined ? each : [...each, label], counted);
  const total = fold(b, "sum", losses);
  if (typeof share === "number") return map(b, "f32", [total], call("div", operand(0), f32(positions)));
  return map(b, "f32", [total, share], call("mul", operand(0), operand(1)));
}
