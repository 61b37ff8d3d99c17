import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "../../common/index.ts";
import {
  createExecutor,
  floatOf,
  memoryNeed,
  stateRoot,
  traceCommitment,
  type Executor,
  type OperatorKind,
  type Program,
  type State,
} from "../../engine/index.ts";
import type { Subject } from "../measure/subject.ts";
import type { EngineStepTask } from "../tasks.ts";
import { CHECKED_STEPS, CHECKPOINT, REPLAY, REPLAYED_STEPS, compileTraining, trainings } from "./trainings.ts";

const at = (step: number) => ({ step, seed: 0, order: "sequential" }) as const;

/** Time of the operators of each kind, the hooks between them included. UNITS: ms each step. */
class KindTimes {
  readonly #times = new Map<OperatorKind, number>();
  #steps = 0;

  step(program: Program, executor: Executor, step: number): void {
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

/** What a verifier does: from a state it was given, some steps, and the root of the last. */
function replay(program: Program, executor: Executor, start: State): void {
  executor.setState(start);
  for (let step = 0; step < REPLAYED_STEPS; step++) executor.step(at(step));
  stateRoot(executor, program);
}

const folder = join(tmpdir(), `pinpoint-bench-${process.pid}`);
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** What a solver does at the end of a segment. The daemons' modules are loaded here, for they take memory that no training needs. */
async function checkpoints(program: Program, executor: Executor): Promise<() => Promise<void>> {
  const [{ storeState }, { ArtifactStore }] = await Promise.all([
    import("../../daemon/index.ts"),
    import("../../protocol/index.ts"),
  ]);
  const store = new ArtifactStore(folder);
  return () => storeState(store, toHex(stateRoot(executor, program)), executor);
}

function lossOf(executor: Executor, { states }: Program): number {
  let loss = NaN;
  executor.lookAtState((tensor, words) => {
    if (tensor === states.length - 1) loss = floatOf(words[0]!);
  });
  return loss;
}

/** Most that the process has held. UNITS: bytes. */
const peak = () => process.resourceUsage().maxRSS * 1024;

/** A training that stands before its first step. Nothing else holds the model or the state that it starts from. */
async function start({ training: name, engine, threads }: EngineStepTask) {
  const training = trainings[name]();
  const { dataset } = training;
  const began = performance.now();
  const { program, constants, initialState } = compileTraining(training);
  const compileMs = performance.now() - began;
  const executor = await createExecutor(engine, { program, constants, dataset }, { threads });
  executor.setState(initialState);
  return { program, executor, compileMs };
}

/** A training on an engine of ours. */
export async function engineSubject(task: EngineStepTask): Promise<Subject> {
  const bareBytes = process.memoryUsage.rss();
  const { program, executor, compileMs } = await start(task);
  const losses: number[] = [];
  let firstStepMs = 0;
  let step = 0;
  for (; step < CHECKED_STEPS; step++) {
    executor.step(at(step));
    if (step === 0) firstStepMs = performance.now();
    losses.push(lossOf(executor, program));
  }
  const root = toHex(stateRoot(executor, program));
  const peakBytes = peak();
  const traced = () => void traceCommitment(executor, program, executor.getState(), at(step++));
  traced();
  const tracedPeakBytes = peak();
  const need = memoryNeed(program);
  const kinds = new KindTimes();
  const checkpoint = await checkpoints(program, executor);
  let replayed: State | undefined;
  return {
    facts: () => ({
      losses,
      root,
      compileMs,
      /** From the start of the process. */
      firstStepMs,
      bareBytes,
      peakBytes,
      /** With one traced step. */
      tracedPeakBytes,
      leastBytes: need.liveOutputs + need.states + need.constants,
      kinds: kinds.average(),
    }),
    runs: {
      step: () => executor.step(at(step++)),
      "step by kind": () => kinds.step(program, executor, step++),
      "root of the state": () => void stateRoot(executor, program),
      "traced step": traced,
      [CHECKPOINT]: checkpoint,
      [REPLAY]: () => replay(program, executor, (replayed ??= executor.getState())),
    },
  };
}
