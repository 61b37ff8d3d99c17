import { toHex } from "../../common/index.ts";
import {
  createExecutor,
  floatOf,
  memoryNeed,
  stateCommitment,
  traceCommitment,
  type CompiledModel,
  type Executor,
  type OperatorKind,
} from "../../engine/index.ts";
import type { Subject } from "../measure/subject.ts";
import type { EngineStepTask } from "../tasks.ts";
import { CHECKED_STEPS, REPLAY, REPLAYED_STEPS, compileTraining, trainings } from "./trainings.ts";

const at = (step: number) => ({ step, seed: 0, order: "sequential" }) as const;

/** Time of the operators of each kind, the hooks between them included. UNITS: ms each step. */
class KindTimes {
  readonly #times = new Map<OperatorKind, number>();
  #steps = 0;

  step({ program }: CompiledModel, executor: Executor, step: number): void {
    let last = performance.now();
    const onOutput = (operator: number) => {
      const now = performance.now();
      const { kind } = program.operators[operator]!;
      this.#times.set(kind, (this.#times.get(kind) ?? 0) + now - last);
      last = now;
    };
    executor.step(at(step), { onOutput });
    this.#steps++;
  }

  average(): Record<string, number> {
    return Object.fromEntries([...this.#times].map(([kind, ms]) => [kind, ms / this.#steps]));
  }
}

const rootOf = (executor: Executor, { program }: CompiledModel) => stateCommitment(executor.getState(), program).root;

/** What a verifier does: from a state it was given, some steps, and the root of the last. */
function replay(model: CompiledModel, executor: Executor): void {
  executor.setState(model.initialState);
  for (let step = 0; step < REPLAYED_STEPS; step++) executor.step(at(step));
  rootOf(executor, model);
}

/** A training on an engine of ours. */
export async function engineSubject({ training: name, engine, threads }: EngineStepTask): Promise<Subject> {
  const bareBytes = process.memoryUsage.rss();
  const training = trainings[name]();
  const began = performance.now();
  const model = compileTraining(training);
  const compileMs = performance.now() - began;
  const { program, constants, initialState } = model;
  const executor = await createExecutor(engine, { program, constants, dataset: training.dataset }, { threads });
  executor.setState(initialState);
  const losses: number[] = [];
  let firstStepMs = 0;
  let step = 0;
  for (; step < CHECKED_STEPS; step++) {
    executor.step(at(step));
    if (step === 0) firstStepMs = performance.now();
    losses.push(floatOf(executor.getState().at(-1)![0]!));
  }
  const root = toHex(rootOf(executor, model));
  // Before anything is traced, which keeps a copy of every output.
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  const need = memoryNeed(program);
  const kinds = new KindTimes();
  return {
    facts: () => ({
      losses,
      root,
      compileMs,
      /** From the start of the process. */
      firstStepMs,
      bareBytes,
      peakBytes,
      leastBytes: need.liveOutputs + need.states + need.constants,
      kinds: kinds.average(),
    }),
    runs: {
      step: () => executor.step(at(step++)),
      "step by kind": () => kinds.step(model, executor, step++),
      "root of the state": () => void rootOf(executor, model),
      "traced step": () => void traceCommitment(executor, program, executor.getState(), at(step++)),
      [REPLAY]: () => replay(model, executor),
    },
  };
}
