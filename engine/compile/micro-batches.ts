import type { Operator, Ref } from "../program/types.ts";
import type { Builder } from "./builder/builder.ts";
import type { Value } from "./builder/value.ts";
import { withRefs } from "./passes/draft.ts";
import { call } from "./builder/map.ts";
import { evaluate } from "./optimisers/expression.ts";

/** The operator for the micro-batch that begins `positions` later; random bits come from `streams` further on. */
function shifted(operator: Operator, positions: number, streams: number): Operator {
  if (operator.kind !== "Sample") return operator;
  if (operator.fn === "random") return { ...operator, stream: operator.stream + streams };
  return { ...operator, basePosition: operator.basePosition + positions };
}

function streamCount(operators: readonly Operator[]): number {
  const streams = operators.flatMap((each) => (each.kind === "Sample" && each.fn === "random" ? [each.stream] : []));
  return streams.reduce((count, stream) => Math.max(count, stream + 1), 0);
}

/**
 * Each value summed over `count` micro-batches, of which the builder holds the first: its operators are emitted again for samples
 * further on, except for those that read no sample. ORDER: ascending micro-batches; a sum starts at those before it.
 */
export function sumMicroBatches(b: Builder, values: readonly Value[], count: number): Value[] {
  const first = [...b.operators];
  const streams = streamCount(first);
  let totals = [...values];
  for (let batch = 1; batch < count; batch++) {
    const clones: number[] = [];
    const renamed = (ref: Ref): Ref =>
      ref.space === "operator" ? { ...ref, index: clones[ref.index] as number } : ref;
    for (const operator of first) {
      const clone = b.emit(shifted(withRefs(operator, renamed), batch * b.batch, batch * streams));
      clones.push(clone.ref.index);
    }
    totals = totals.map((total, i) => {
      const { ref, ...read } = values[i] as Value;
      const next = { ...read, ref: renamed(ref) };
      return evaluate(b, (use) => call("add", use(total), use(next)));
    });
  }
  return totals;
}
