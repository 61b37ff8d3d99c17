import { OperatorError } from "../../common/index.ts";
import type { Dataset } from "../dataset.ts";
import { createExecutor, type Engine, type State } from "../executor.ts";
import { floatsOf } from "../kernels/reference/words.ts";
import type { CompiledModel } from "./model.ts";

export interface Evaluation {
  /** The engine that runs it; every engine gives the same words. */
  readonly engine: Engine;
  /** From `compileForward`. */
  readonly forward: CompiledModel;
  readonly dataset: Dataset;
  /** The parameters in the order of the ONNX file: `parameterWords` of a state of the trained program. */
  readonly parameters: readonly Uint32Array[];
}

export interface Outputs {
  /** In the shape of the state tensor "logits". */
  readonly logits: Float32Array;
  /** Mean over the batch; absent where the program was compiled without a label. */
  readonly loss?: number;
}

/** The parameters with empty outputs behind them. */
function startState({ forward, parameters }: Evaluation): State {
  return forward.initialState.map((words, i) =>
    forward.states[i]?.role === "frozen" ? (parameters[i] ?? words) : words,
  );
}

/** Logits and loss of the first batches of the dataset, in its order. */
async function runForward(evaluation: Evaluation, batches: number): Promise<Outputs[]> {
  const { forward, dataset } = evaluation;
  const { program, constants, states } = forward;
  const executor = await createExecutor(evaluation.engine, { program, constants, dataset });
  executor.setState(startState(evaluation));
  const place = (role: string) => states.findIndex((state) => state.role === role);
  return Array.from({ length: batches }, (_, step) => {
    executor.step({ step, seed: 0, order: "sequential" });
    const state = executor.getState();
    const loss = state[place("loss")];
    const logits = floatsOf(state[place("logits")] as Uint32Array).slice();
    return loss === undefined ? { logits } : { logits, loss: floatsOf(loss)[0] as number };
  });
}

/** Logits, and loss if there is a label, of the first batch of the dataset. */
export async function evaluateBatch(evaluation: Evaluation): Promise<Outputs> {
  return (await runForward(evaluation, 1))[0] as Outputs;
}

/**
 * Mean loss over the dataset's whole batches; the samples that do not fill the last batch are left out.
 * Throws the OperatorError `dataset-too-small`.
 */
export async function evaluateLoss(evaluation: Evaluation): Promise<number> {
  const { dataset, forward } = evaluation;
  const batches = Math.floor(dataset.samples / forward.program.batch);
  if (batches === 0 || !forward.states.some(({ role }) => role === "loss"))
    throw new OperatorError(
      "dataset-too-small",
      `A loss needs a label and at least ${forward.program.batch} samples, one batch; there are ${dataset.samples}.`,
      { samples: dataset.samples, batch: forward.program.batch },
    );
  const outputs = await runForward(evaluation, batches);
  return outputs.reduce((sum, { loss }) => sum + (loss as number), 0) / batches;
}
