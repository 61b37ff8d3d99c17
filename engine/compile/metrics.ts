import type { Builder } from "./builder/builder.ts";
import { fold } from "./builder/fold.ts";
import { call, f32, map, operand } from "./builder/map.ts";
import { insertAxis, type Value } from "./builder/value.ts";
import { isIgnored, labelledRows } from "./loss/softmax-cross-entropy.ts";

/** A one-word i32 counter: what it holds plus the sum of `ones`, which are 0 or 1. Exact up to 2²⁴ a step. */
function counted(b: Builder, before: Value, ones: Value): Value {
  const sum = fold(b, "sum", ones);
  return map(b, "i32", [before, sum], call("iadd", operand(0), call("ftoi", operand(1))));
}

/**
 * Counters of the positions compared and of those whose label has the greatest logit, the first of them where several are greatest.
 * `before` are their words before the step.
 */
export function countCorrect(
  b: Builder,
  logits: Value,
  labels: Value,
  ignoreIndex: number | undefined,
  before: { readonly correct: Value; readonly compared: Value },
): { readonly correct: Value; readonly compared: Value } {
  const { z, label } = labelledRows(b, logits, labels);
  const classes = z.shape[1] as number;
  // Rank classes … 1: the first greatest logit has the greatest rank.
  const ranks = b.constant(
    "f32",
    new Uint32Array(Float32Array.from({ length: classes }, (_, i) => classes - i).buffer),
    [classes],
  );
  const isLargest = call("equal", operand(0), operand(1));
  const ranked = map(b, "f32", [z, insertAxis(fold(b, "max", z), 1), ranks], call("mul", isLargest, operand(2)));
  const best = fold(b, "max", ranked);
  const hit = call("equal", call("sub", f32(classes), operand(0)), call("itof", operand(1)));
  if (ignoreIndex === undefined) {
    const hits = map(b, "f32", [best, label], hit);
    const positions = { bits: label.shape[0] as number };
    const compared = map(b, "i32", [before.compared], call("iadd", operand(0), positions));
    return { correct: counted(b, before.correct, hits), compared };
  }
  const ignored = (index: number) => isIgnored(operand(index), ignoreIndex);
  const hits = map(b, "f32", [best, label], call("select", ignored(1), f32(0), hit));
  const compared = map(b, "f32", [label], call("sub", f32(1), ignored(0)));
  return { correct: counted(b, before.correct, hits), compared: counted(b, before.compared, compared) };
}
