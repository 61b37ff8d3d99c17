import type { ExecutorInput } from "../../execution.ts";
import type { Operator, StepContext } from "../../program/types.ts";
import { runSample } from "../reference/sample.ts";

/** Writes an operator's output in a step. */
export type Gather = (context: StepContext, out: Uint32Array) => void;

/** How the host computes an operator that reads a field outside the memory; undefined for every other one. */
export function gatherOf(operator: Operator, { program, dataset }: ExecutorInput): Gather | undefined {
  if (operator.kind !== "Sample" || operator.fn !== "dataset") return undefined;
  const { words, stride } = dataset.fields[operator.operands[0].ref.index]!;
  if (words instanceof Uint32Array) return undefined;
  const fixed = { batch: program.batch, samples: dataset.samples, sourceWords: words.length, sourceStride: stride };
  return (context, out) => runSample(operator, [words], out, { ...context, ...fixed });
}
