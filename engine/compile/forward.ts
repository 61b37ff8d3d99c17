import type { Dtype } from "../program/types.ts";
import { assemble } from "./assemble.ts";
import { wordsOf } from "./builder/builder.ts";
import { call } from "./builder/map.ts";
import { makeValue, type Value } from "./builder/value.ts";
import { fieldValue, lowerForward, type ForwardGraph } from "./forward-graph.ts";
import { lossOf, type LossOptions } from "./loss/compare.ts";
import { countCorrect } from "./metrics.ts";
import {
  checked,
  importModel,
  stateOf,
  stored,
  type CompiledModel,
  type ModelOptions,
  type PlacedState,
  type StateTensor,
} from "./model.ts";
import { evaluate } from "./optimisers/expression.ts";

/** What a program that trains nothing yields beside the parameters, which it passes through. */
type Outputs = (forward: ForwardGraph) => PlacedState[];

function compileOutputs(options: ModelOptions, outputs: Outputs): CompiledModel {
  const forward = lowerForward(importModel(options).graph, options, false);
  const kept = forward.parameters.map((parameter): PlacedState => {
    const value = stored(parameter, parameter.value);
    return { state: stateOf("frozen", parameter), value, initial: parameter.words };
  });
  const placed = [...kept, ...outputs(forward)];
  return checked({
    ...assemble(forward.builder, { values: placed.map(({ value }) => value) }),
    initialState: placed.map(({ initial }) => initial),
    states: placed.map(({ state }) => state),
  });
}

function emptyState(name: string, role: StateTensor["role"], value: Value): PlacedState {
  const state = { name, role, shape: value.shape, transposed: false };
  return { state, value, initial: new Uint32Array(wordsOf(value)) };
}

/**
 * Compiles a forward pass: the parameters of `compileModel` in the order of the file, passed through, then the logits of the batch.
 * Run on the same engine, so a continuation is as repeatable as training.
 */
export function compileForward(options: ModelOptions): CompiledModel {
  return compileOutputs(options, ({ logits }) => [emptyState("logits", "logits", logits)]);
}

/**
 * Compiles an evaluation, a program whose state holds sums over its steps, so that they can be claimed and judged as training is: the
 * parameters, passed through, then `lossSum` (f32: the sum over the steps of the batch's mean loss), and for softmaxCrossEntropy the
 * counts `correct` and `compared` (i32: positions whose label has the greatest logit, and all that count).
 */
export function compileEvaluation(options: ModelOptions & LossOptions): CompiledModel {
  return compileOutputs(options, ({ builder: b, parameters, logits }) => {
    const before = (place: number, dtype: Dtype) =>
      makeValue({ space: "state", index: parameters.length + place }, dtype, []);
    b.origin = { phase: "loss" };
    const { value } = lossOf(b, options.fields, options, logits);
    const lossSum = evaluate(b, (use) => call("add", use(before(0, "f32")), use(value)));
    if (options.loss !== "softmaxCrossEntropy") return [emptyState("lossSum", "metric", lossSum)];
    const labels = fieldValue(b, options.fields, options.label, "The label");
    const counters = { correct: before(1, "i32"), compared: before(2, "i32") };
    const counts = countCorrect(b, logits, labels, options.lossSettings?.ignoreIndex, counters);
    return [
      emptyState("lossSum", "metric", lossSum),
      emptyState("correct", "metric", counts.correct),
      emptyState("compared", "metric", counts.compared),
    ];
  });
}
