import { OperatorError } from "../../common/index.ts";
import type { Dataset } from "../dataset.ts";
import { createExecutor, type Engine, type State } from "../executor.ts";
import { floatsOf } from "../kernels/reference/words.ts";
import type { CompiledModel } from "./model.ts";

export interface Evaluation {
  /** The engine that runs it; every engine gives the same words. */
  readonly engine: Engine;
  /** From `compileForward` or `compileEvaluation`. */
  readonly forward: CompiledModel;
  readonly dataset: Dataset;
  /** The parameters in the order of the ONNX file: `parameterWords` of a state of the trained program. */
  readonly parameters: readonly Uint32Array[];
}

/** The parameters with empty outputs behind them. */
function startState({ forward, parameters }: Evaluation): State {
  return forward.initialState.map((words, i) =>
    forward.states[i]?.role === "frozen" ? (parameters[i] ?? words) : words,
  );
}

/** The state after some steps over the dataset, in its order, by the names of what is not passed through. */
async function runForward(evaluation: Evaluation, steps: number): Promise<Map<string, Uint32Array>> {
  const { forward, dataset } = evaluation;
  const { program, constants, states } = forward;
  const executor = await createExecutor(evaluation.engine, { program, constants, dataset });
  executor.setState(startState(evaluation));
  for (let step = 0; step < steps; step++) executor.step({ step, seed: 0, order: "sequential" });
  const state = executor.getState();
  const made = states.flatMap(({ name, role }, i): [string, Uint32Array][] =>
    role === "frozen" ? [] : [[name, state[i] as Uint32Array]],
  );
  return new Map(made);
}

/** Logits of the first batch of the dataset, in the shape of the state tensor "logits". `forward` is from `compileForward`. */
export async function evaluateBatch(evaluation: Evaluation): Promise<{ readonly logits: Float32Array }> {
  const made = await runForward(evaluation, 1);
  return { logits: floatsOf(made.get("logits") as Uint32Array).slice() };
}

export interface Metrics {
  /** Mean over the batches of the batch's mean loss. */
  readonly loss: number;
  /** Part of the compared positions whose label has the greatest logit; absent where the loss is no softmaxCrossEntropy, or none counts. */
  readonly accuracy?: number;
  /** Samples that were compared. */
  readonly samples: number;
}

/**
 * Loss and accuracy over the dataset's whole batches; the samples that do not fill the last batch are left out. `forward` is from
 * `compileEvaluation`. Throws the OperatorError `dataset-too-small`.
 */
export async function evaluateMetrics(evaluation: Evaluation): Promise<Metrics> {
  const { dataset, forward } = evaluation;
  const { batch } = forward.program;
  const batches = Math.floor(dataset.samples / batch);
  if (batches === 0)
    throw new OperatorError(
      "dataset-too-small",
      `A loss needs at least ${batch} samples, one batch; there are ${dataset.samples}.`,
      { samples: dataset.samples, batch },
    );
  const made = await runForward(evaluation, batches);
  const loss = (floatsOf(made.get("lossSum") as Uint32Array)[0] as number) / batches;
  const [correct, compared] = ["correct", "compared"].map((name) => made.get(name)?.[0] ?? 0) as [number, number];
  return { loss, samples: batches * batch, ...(compared === 0 ? {} : { accuracy: correct / compared }) };
}
