import type { Words } from "../../../common/index.ts";
import { takeState } from "../../commit/state.ts";
import type { State } from "../../commit/state.ts";
import type { Executor, ExecutorInput, Look, StepOptions } from "../../execution.ts";
import { outputWords } from "../../program/cost.ts";
import type { Operator, Ref, StepContext } from "../../program/types.ts";
import { runOperator } from "./index.ts";
import type { KernelContext } from "./kernel.ts";

class ReferenceExecutor implements Executor {
  readonly engine = "reference";
  readonly #input: ExecutorInput;
  /** One per operator; the last ones become the state. */
  readonly #outputs: Uint32Array[];
  #state: State;

  constructor(input: ExecutorInput) {
    this.#input = input;
    this.#outputs = input.program.operators.map((operator) => new Uint32Array(outputWords(operator)));
    this.#state = input.program.states.map(({ words }) => new Uint32Array(words));
  }

  getState(): State {
    return this.#state.map((words) => words.slice());
  }

  lookAtState(look: Look): void {
    this.#state.forEach((words, tensor) => look(tensor, words));
  }

  setState(state: Iterable<Uint32Array>): void {
    takeState(state, this.#input.program, (words, tensor) => this.#state[tensor]!.set(words));
  }

  step(context: StepContext, { flip, onOutput }: StepOptions = {}): void {
    const { operators, states } = this.#input.program;
    operators.forEach((operator, index) => {
      const sources = operator.operands.map(({ ref }) => this.#tensor(ref));
      const output = this.#outputs[index]!;
      runOperator(operator, sources, output, this.#kernelContext(operator, context, sources));
      if (flip?.operator === index) output[flip.element]! ^= 1 << flip.bit;
      onOutput?.(index, output);
    });
    // INVARIANT: no operator of this step sees the new state; its arrays and the old state's change places.
    const first = operators.length - states.length;
    const next = this.#outputs.slice(first);
    this.#state.forEach((words, tensor) => (this.#outputs[first + tensor] = words));
    this.#state = next;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #tensor({ space, index }: Ref): Words {
    switch (space) {
      case "state":
        return this.#state[index]!;
      case "field":
        return this.#input.dataset.fields[index]!.words;
      case "constant":
        return this.#input.constants[index]!;
      case "operator":
        return this.#outputs[index]!;
    }
  }

  #kernelContext(operator: Operator, context: StepContext, sources: readonly Words[]): KernelContext {
    const { program, dataset } = this.#input;
    const ref = operator.operands[0]?.ref;
    const field = ref?.space === "field" ? dataset.fields[ref.index] : undefined;
    return {
      ...context,
      batch: program.batch,
      samples: dataset.samples,
      sourceWords: sources[0]?.length ?? 0,
      sourceStride: field?.stride ?? 0,
    };
  }
}

/**
 * The definition at work: every operator in order by its reference kernel, every output kept for the step.
 * ASSUMES: input that `checkExecutorInput` accepts.
 */
export function createReferenceExecutor(input: ExecutorInput): Executor {
  return new ReferenceExecutor(input);
}
