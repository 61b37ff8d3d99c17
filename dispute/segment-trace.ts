import type { Hex } from "viem";
import { toHex, type MerkleTree } from "../common/index.ts";
import {
  gridSteps,
  segmentCommitment,
  stateCommitment,
  stateRoot,
  traceCommitment,
  type Dataset,
  type DatasetCommitment,
  type Executor,
  type Flip,
  type Program,
  type ProgramCommitment,
  type State,
  type StateCommitment,
  type StepContext,
  type TensorCommitment,
  type TraceCommitment,
} from "../engine/index.ts";
import type { Claim } from "../protocol/index.ts";

/** Where a dishonest solver flips one bit of one operator's output; the step is absolute. */
export interface Divergence extends Flip {
  readonly step: number;
}

/** What both sides of a game hold before it starts. */
export interface Subject {
  readonly program: Program;
  readonly commitment: ProgramCommitment;
  readonly dataset: Dataset;
  readonly datasetCommitment: DatasetCommitment;
  readonly constants: readonly TensorCommitment[];
  readonly claim: Pick<Claim, "firstStep" | "steps" | "grid" | "seed" | "order">;
}

/** Every commitment of one executed step. */
export interface StepTrace extends TraceCommitment {
  readonly context: StepContext;
  /** The state the step starts from. */
  readonly start: StateCommitment;
}

/** One party's own execution of a segment, as the choice of moves asks for it. */
export interface ExecutedSegment {
  readonly subject: Subject;
  /** State roots after 0 … steps steps of the segment. A game asks for those of the grid, and for those of the cell in dispute. */
  readonly roots: readonly Hex[];
  /** Tree under the segment root. */
  readonly segment: MerkleTree;
  /** Trace of the step that starts `offset` steps into the segment. A game asks for the step in dispute only. */
  step(offset: number): StepTrace;
}

/**
 * One party's own execution of a segment: state roots after every step, the tree of the grid, and the trace of any step.
 * The last trace asked for is kept; another is recomputed from the segment's start.
 */
export class SegmentTrace implements ExecutedSegment {
  readonly subject: Subject;
  readonly roots: readonly Hex[];
  readonly segment: MerkleTree;
  readonly #executor: Executor;
  readonly #start: State;
  readonly #flip: Divergence | undefined;
  #last: { readonly offset: number; readonly trace: StepTrace } | undefined;

  /** @param start state tensors at the segment's first step; not modified */
  constructor(subject: Subject, executor: Executor, start: State, flip?: Divergence) {
    this.subject = subject;
    this.#executor = executor;
    this.#start = start;
    this.#flip = flip;
    const { steps, grid } = subject.claim;
    executor.setState(start);
    const roots = [stateRoot(executor, subject.program)];
    for (let offset = 0; offset < steps; offset++) {
      this.#step(offset);
      roots.push(stateRoot(executor, subject.program));
    }
    this.roots = roots.map((root) => toHex(root));
    this.segment = segmentCommitment(gridSteps(steps, grid).map((after) => roots[after])).tree;
  }

  step(offset: number): StepTrace {
    if (this.#last?.offset !== offset) this.#last = { offset, trace: this.#trace(offset) };
    return this.#last.trace;
  }

  #trace(offset: number): StepTrace {
    const { program } = this.subject;
    this.#executor.setState(this.#start);
    for (let before = 0; before < offset; before++) this.#step(before);
    const start = stateCommitment(this.#executor.getState(), program);
    const context = this.#context(offset);
    const words = start.tensors.map((tensor) => tensor.words);
    return {
      context,
      start,
      ...traceCommitment(this.#executor, program, words, context, { flip: this.#flipAt(context) }),
    };
  }

  #step(offset: number): void {
    const context = this.#context(offset);
    this.#executor.step(context, { flip: this.#flipAt(context) });
  }

  #flipAt({ step }: StepContext): Flip | undefined {
    return this.#flip?.step === step ? this.#flip : undefined;
  }

  #context(offset: number): StepContext {
    const { firstStep, seed, order } = this.subject.claim;
    return { step: firstStep + offset, seed, order };
  }
}
