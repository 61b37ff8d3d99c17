import type { Hex } from "viem";
import { OperatorError, toHex } from "../../common/index.ts";
import { challengerMove, defenderMove, defenderRoots, SegmentTrace, type Divergence } from "../../dispute/index.ts";
import {
  commitTensor,
  createExecutor,
  decodeProgram,
  gridSteps,
  openDataset,
  programCommitment,
  readState,
  segmentCommitment,
  stateRoot,
  type Dataset,
  type DatasetCommitment,
  type Engine,
  type Executor,
  type Program,
  type ProgramCommitment,
  type TensorCommitment,
} from "../../engine/index.ts";
import { wordsOf } from "../../common/index.ts";
import { ArtifactStore } from "../../protocol/index.ts";
import { crashPoint } from "../crash-point.ts";
import type { ChosenMove, MoveTask, Progress, Segment, SegmentResult, SegmentTask, WorkerSetup } from "./messages.ts";
import { Recent } from "./recent.ts";
import { storeState } from "./state-file.ts";

/** A bundle in memory, or in its dataset's file, its commitments, and executors of it that wait for work. */
interface Loaded {
  readonly program: Program;
  readonly commitment: ProgramCommitment;
  readonly dataset: Dataset;
  readonly datasetCommitment: DatasetCommitment;
  readonly constants: readonly TensorCommitment[];
  readonly idle: Executor[];
  /** Whether it made room for another one. */
  dropped: boolean;
}

/** A trace, and the executor that it uses whenever it is asked for another step. */
interface Traced {
  readonly executor: Executor;
  readonly trace: SegmentTrace;
}

/** Ends a bundle's executors; one that is at work ends when it comes back. */
function drop(bundle: Loaded): void {
  bundle.dropped = true;
  for (const executor of bundle.idle.splice(0)) void executor.close();
}

/** UNITS: ms between two progress messages, at each of which other work may come in between. */
const progressMs = 100;

/** What a worker thread does, on any thread: executes segments and chooses moves, from the artifacts of one store. */
export class Executions {
  readonly #store: ArtifactStore;
  readonly #engine: Engine;
  readonly #threads: number;
  readonly #residentBytes: number | undefined;
  readonly #bundles = new Recent<Loaded>(2, drop);
  readonly #traces = new Recent<Traced>(2, ({ executor }) => void executor.close());

  constructor({ directory, engine, threads, residentDatasetBytes }: WorkerSetup) {
    this.#store = new ArtifactStore(directory, { onDraft: () => crashPoint("drafted") });
    this.#engine = engine;
    this.#threads = threads;
    this.#residentBytes = residentDatasetBytes;
  }

  /**
   * Executes a segment from its start state, which the store holds.
   * @throws OperatorError `artifact-not-stored`, `artifact-damaged`, and those of the engine
   */
  async segment({ segment, flip, fresh, keep }: SegmentTask, progress?: Progress): Promise<SegmentResult> {
    const bundle = await this.#bundle(segment);
    const reused = fresh === true ? undefined : bundle.idle.pop();
    const executor = reused ?? (await this.#createExecutor(bundle));
    try {
      await this.#start(executor, segment.startRoot, bundle.program);
      const began = performance.now();
      const roots = await runSteps(executor, bundle.program, segment, flip, progress);
      const elapsedMs = performance.now() - began;
      const { root, stateRoots } = segmentCommitment(roots);
      const endRoot = toHex(stateRoots.at(-1)!);
      if (keep) await storeState(this.#store, endRoot, executor);
      if (keep) crashPoint("stored");
      if (bundle.dropped) await executor.close();
      else bundle.idle.push(executor);
      return { endRoot, segmentRoot: toHex(root), stateRoots: stateRoots.map(toHex), elapsedMs };
    } catch (error) {
      await executor.close();
      throw error;
    }
  }

  /** Chooses a move. The first of a game executes the segment; later ones find its trace. @throws as `segment` */
  async move(task: MoveTask): Promise<ChosenMove> {
    const { segment, flip } = task;
    const { trace } = await this.#traces.get(JSON.stringify([segment, flip]), () => this.#trace(segment, flip));
    if (task.side === "challenger") return { game: task.game, move: challengerMove(task.game, task.history, trace) };
    const game = { ...task.game, ...defenderRoots(task.game, trace) };
    return { game, move: defenderMove(game, trace) };
  }

  async #trace(segment: Segment, flip: Divergence | undefined): Promise<Traced> {
    const bundle = await this.#bundle(segment);
    const executor = await this.#createExecutor(bundle);
    await this.#start(executor, segment.startRoot, bundle.program);
    const start = executor.getState();
    return { executor, trace: new SegmentTrace({ ...bundle, claim: segment }, executor, start, flip) };
  }

  #createExecutor(bundle: Loaded): Promise<Executor> {
    return createExecutor(this.#engine, bundleInput(bundle), { threads: this.#threads });
  }

  #bundle({ programRoot, datasetRoot }: Segment): Promise<Loaded> {
    return this.#bundles.get(programRoot + datasetRoot, () => this.#load(programRoot, datasetRoot));
  }

  async #load(programRoot: Hex, datasetRoot: Hex): Promise<Loaded> {
    const program = decodeProgram(await this.#artifact(programRoot));
    const file = stored(datasetRoot, await this.#store.open(datasetRoot));
    const { dataset, commitment: datasetCommitment } = openDataset(file, this.#residentBytes);
    const constants = await Promise.all(
      program.constants.map(async ({ root, dtype }) => commitTensor(wordsOf(await this.#artifact(toHex(root))), dtype)),
    );
    const loaded = {
      program,
      commitment: programCommitment(program),
      dataset,
      datasetCommitment,
      constants,
      idle: [],
      dropped: false,
    };
    checkRoot(programRoot, loaded.commitment.root);
    checkRoot(datasetRoot, loaded.datasetCommitment.root);
    program.constants.forEach(({ root }, index) => checkRoot(toHex(root), constants[index]!.root));
    return loaded;
  }

  /** Puts a stored state into an executor, tensor by tensor, and checks it there. */
  async #start(executor: Executor, root: Hex, program: Program): Promise<void> {
    const file = stored(root, await this.#store.open(root));
    try {
      executor.setState(readState(file, program));
    } finally {
      file.close();
    }
    checkRoot(root, stateRoot(executor, program));
  }

  async #artifact(root: Hex): Promise<Uint8Array> {
    return stored(root, await this.#store.get(root));
  }
}

function stored<Content>(root: Hex, content: Content | undefined): Content {
  if (content !== undefined) return content;
  throw new OperatorError("artifact-not-stored", `The store does not hold ${root}.`, { root });
}

/** The steps, with the state's root after each of the grid; lets other work in whenever it reports progress. */
async function runSteps(
  executor: Executor,
  program: Program,
  { firstStep, steps, grid, seed, order }: Segment,
  flip: Divergence | undefined,
  progress: Progress | undefined,
): Promise<Uint8Array[]> {
  const committed = new Set(gridSteps(steps, grid));
  const roots: Uint8Array[] = [];
  let reported = performance.now();
  for (let done = 1; done <= steps; done++) {
    const step = firstStep + done - 1;
    executor.step({ step, seed, order }, { flip: flip?.step === step ? flip : undefined });
    crashPoint("step");
    if (committed.has(done)) roots.push(stateRoot(executor, program));
    if (done < steps && performance.now() - reported < progressMs) continue;
    progress?.(done, steps);
    await new Promise(setImmediate);
    reported = performance.now();
  }
  return roots;
}

function bundleInput({ program, constants, dataset }: Loaded) {
  return { program, constants: constants.map(({ words }) => words), dataset };
}

/** A file that a failing disk changed must not become a claim. */
function checkRoot(expected: Hex, root: Uint8Array): void {
  if (toHex(root) === expected.toLowerCase()) return;
  const message = `The stored artifact ${expected} is damaged: delete it, and it is fetched again.`;
  throw new OperatorError("artifact-damaged", message, { expected, root: toHex(root) });
}
