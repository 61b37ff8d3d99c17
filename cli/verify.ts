import { availableParallelism } from "node:os";
import { setImmediate } from "node:timers/promises";
import { Command } from "commander";
import type { Hex } from "viem";
import { OperatorError, toHex } from "../common/index.ts";
import {
  chooseEngine,
  createExecutor,
  gridSteps,
  segmentCommitment,
  stateCommitment,
  type EngineChoice,
  type Executor,
  type Program,
  type State,
} from "../engine/index.ts";
import { ArtifactStore, readCheckpoint, readJob, readTerms, segmentOf, type Terms } from "../protocol/index.ts";
import { obtainInput, obtainState } from "../submitter/index.ts";
import { print, progress, table, type Io } from "./io.ts";
import {
  engineOption,
  id,
  integer,
  openChain,
  storeOption,
  withChain,
  withJson,
  type ChainOptions,
} from "./options.ts";

interface Options extends ChainOptions {
  readonly checkpoint?: number;
  readonly engine: EngineChoice;
  readonly threads: number;
  readonly cache: string;
  readonly json?: boolean;
}

/** A segment replayed: the roots on chain and those reached here. */
interface Replayed {
  readonly checkpoint: number;
  readonly firstStep: number;
  readonly steps: number;
  readonly claimed: { readonly stateRoot: Hex; readonly segmentRoot: Hex };
  readonly reached: { readonly stateRoot: Hex; readonly segmentRoot: Hex };
  readonly holds: boolean;
}

/** UNITS: ms after which a replay lets signals and the terminal in. */
const pauseMs = 50;

/** Runs a segment from a state. `onStep` hears of every step. Errors: OperatorError `stopped` when the signal is aborted. */
async function replay(
  { executor, program, terms }: { executor: Executor; program: Program; terms: Terms },
  k: number,
  start: State,
  onStep: () => void,
  signal: AbortSignal,
): Promise<Replayed["reached"]> {
  const { firstStep, steps } = segmentOf(terms, k);
  const committed = new Set(gridSteps(steps, terms.grid));
  const roots: Uint8Array[] = [];
  executor.setState(start);
  let paused = performance.now();
  for (let done = 1; done <= steps; done++) {
    executor.step({ step: firstStep + done - 1, seed: terms.seed, order: terms.order });
    if (committed.has(done)) roots.push(stateCommitment(executor.getState(), program).root);
    onStep();
    if (performance.now() - paused < pauseMs) continue;
    await setImmediate();
    if (signal.aborted) throw new OperatorError("stopped", "The replay was stopped before its end.");
    paused = performance.now();
  }
  const last = roots.at(-1)!;
  return { stateRoot: toHex(last), segmentRoot: toHex(segmentCommitment(roots).root) };
}

async function run(jobId: bigint, options: Options, io: Io): Promise<void> {
  const chain = await openChain(options);
  const job = await readJob(chain, jobId);
  if (job.status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
  const wanted = options.checkpoint;
  if (job.committed <= (wanted ?? 0)) {
    const message = `Job ${jobId} has ${job.committed} checkpoints so far${wanted === undefined ? "" : `; there is no ${wanted}`}.`;
    throw new OperatorError("no-checkpoint", message, { jobId, committed: job.committed });
  }
  const terms = await readTerms(chain, jobId);
  const store = new ArtifactStore(options.cache);
  const input = await obtainInput({ base: terms.uri, store, signal: io.signal }, terms);
  const executor = await createExecutor(await chooseEngine(options.engine), input, { threads: options.threads });
  const all = Array.from({ length: job.committed }, (_, k) => k).filter((k) => wanted === undefined || k === wanted);
  const total = all.reduce((sum, k) => sum + segmentOf(terms, k).steps, 0);
  const bar = progress(io, "replaying", total, "steps");
  const segments: Replayed[] = [];
  try {
    let done = 0;
    for (const k of all) {
      const root = k === 0 ? terms.initialStateRoot : (await readCheckpoint(chain, jobId, k - 1)).stateRoot;
      const base = k === 0 ? terms.uri : job.uri;
      const start = await obtainState({ base, store, signal: io.signal }, root, input.program);
      const claimed = await readCheckpoint(chain, jobId, k);
      const subject = { executor, program: input.program, terms };
      const reached = await replay(subject, k, start, () => bar.update(++done), io.signal);
      const holds = reached.stateRoot === claimed.stateRoot && reached.segmentRoot === claimed.segmentRoot;
      segments.push({ checkpoint: k, ...segmentOf(terms, k), claimed, reached, holds });
    }
  } finally {
    bar.stop();
    await executor.close();
  }
  const result = { job: jobId, status: job.status, holds: segments.every(({ holds }) => holds), segments };
  print(io, options.json, result, describe);
  if (!result.holds) {
    const wrong = segments.filter(({ holds }) => !holds).map(({ checkpoint }) => checkpoint);
    const message = `Checkpoints of job ${jobId} that do not hold: ${wrong.join(", ")}. A verifier disputes them: pinpoint verifier.`;
    throw new OperatorError("checkpoint-differs", message, { jobId, wrong });
  }
}

function describe({ segments }: { readonly segments: readonly Replayed[] }): string[] {
  return segments.flatMap(({ checkpoint, firstStep, steps, claimed, reached, holds }) => {
    const title = `checkpoint ${checkpoint} (steps ${firstStep}–${firstStep + steps - 1}): ${holds ? "holds" : "DIFFERS"}`;
    if (holds) return [`${title}  ${reached.stateRoot}`];
    const rows = table([
      ["  state claimed", claimed.stateRoot],
      ["  state reached", reached.stateRoot],
      ["  segment claimed", claimed.segmentRoot],
      ["  segment reached", reached.segmentRoot],
    ]);
    return [title, ...rows];
  });
}

/** `pinpoint verify`: anyone's own replay of a job. */
export function verifyCommand(io: Io): Command {
  return withJson(
    withChain(
      new Command("verify")
        .description("replay segments of a job from its public artifacts and compare the roots; sends nothing")
        .argument("<job>", "number of the job", id),
    )
      .option("--checkpoint <number>", "only the segment that ends there; all if left out", integer(0, 65_534))
      .addOption(engineOption())
      .option("--threads <number>", "threads that compute", integer(1, 64), availableParallelism())
      .addOption(storeOption("--cache <folder>", "where fetched artifacts are kept", "PINPOINT_ARTIFACTS")),
  )
    .addHelpText(
      "after",
      "\nExits with 1 if a checkpoint does not hold.\n\nExamples:\n  pinpoint verify 1\n  pinpoint verify 1 --checkpoint 3 --json",
    )
    .action((jobId: bigint, options: Options) => run(jobId, options, io));
}
