import type { Hex } from "viem";
import { toHex, type MerkleTree } from "../common/index.ts";
import type { ExecutedSegment, StepTrace, Subject } from "../dispute/index.ts";
import {
  gridSteps,
  segmentCommitment,
  stateCommitment,
  traceCommitment,
  type Executor,
  type State,
  type StepContext,
} from "../engine/index.ts";

/** What a dishonest execution does otherwise than the program. */
export interface Otherwise {
  /** Of the order of the data, in place of the job's. */
  readonly seed?: number;
  /** The state that is claimed after a step, in place of the one that the step gave. @param offset of the step in the segment */
  readonly claimed?: (offset: number, next: State, before: State) => State;
}

/**
 * One party's execution of a segment, honest or not, small enough to keep every state. The step that claims another state
 * than it gave is traced as it was run, but for the outputs that are the state: the lie is where the claim is.
 */
export class Execution implements ExecutedSegment {
  readonly subject: Subject;
  readonly roots: readonly Hex[];
  readonly segment: MerkleTree;
  /** After 0 … steps steps. */
  readonly states: readonly State[];
  readonly #executor: Executor;
  readonly #otherwise: Otherwise;

  /** @param executor of the program, with whatever constants the party trains with */
  constructor(subject: Subject, executor: Executor, start: State, otherwise: Otherwise = {}) {
    this.subject = subject;
    this.#executor = executor;
    this.#otherwise = otherwise;
    const states = [start];
    for (let offset = 0; offset < subject.claim.steps; offset++) {
      const before = states[offset]!;
      executor.setState(before);
      executor.step(this.#context(offset));
      states.push(this.#claimed(offset, executor.getState(), before));
    }
    this.states = states;
    const roots = states.map((state) => stateCommitment(state, subject.program).root);
    this.roots = roots.map((root) => toHex(root));
    const { steps, grid } = subject.claim;
    this.segment = segmentCommitment(gridSteps(steps, grid).map((after) => roots[after]!)).tree;
  }

  /** The state it claims to end in. */
  get end(): State {
    return this.states.at(-1)!;
  }

  /** The roots on the grid: what the segment's tree is over. */
  get onGrid(): readonly Hex[] {
    const { steps, grid } = this.subject.claim;
    return gridSteps(steps, grid).map((after) => this.roots[after]!);
  }

  step(offset: number): StepTrace {
    const { program } = this.subject;
    const start = stateCommitment(this.states[offset]!, program);
    const context = this.#context(offset);
    const words = start.tensors.map((tensor) => tensor.words);
    const trace = traceCommitment(this.#executor, program, words, context);
    const claimed = stateCommitment(this.states[offset + 1]!, program);
    const split = program.operators.length - program.states.length;
    const output = (operator: number) =>
      operator < split ? trace.output(operator) : claimed.tensors[operator - split]!;
    return { context, start, output, left: trace.left, right: claimed.tree, stateRoot: claimed.root };
  }

  #claimed(offset: number, next: State, before: State): State {
    return this.#otherwise.claimed?.(offset, next, before) ?? next;
  }

  #context(offset: number): StepContext {
    const { firstStep, seed, order } = this.subject.claim;
    return { step: firstStep + offset, seed: this.#otherwise.seed ?? seed, order };
  }
}
