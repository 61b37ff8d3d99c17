import type { Hex } from "viem";
import { DefectError, fromHex, type MerkleTree } from "../../../common/index.ts";
import type { ExecutedSegment, StepTrace, Subject } from "../../../dispute/index.ts";
import {
  gridSteps,
  segmentCommitment,
  traceCommitment,
  type Executor,
  type Flip,
  type StateCommitment,
} from "../../../engine/index.ts";
import type { Plan } from "./plan.ts";

/** The step in dispute, as both sides can trace it. */
export interface DisputedStep {
  readonly executor: Executor;
  readonly subject: Subject;
  readonly plan: Plan;
  /** The state it starts from. */
  readonly start: StateCommitment;
}

/** Traces the step in dispute, honestly or with a flip. */
export function traceDisputed({ executor, subject, plan, start }: DisputedStep, flip?: Flip): StepTrace {
  const { firstStep, seed, order } = plan.claim;
  const context = { step: firstStep + plan.disputed, seed, order };
  const words = start.tensors.map((tensor) => tensor.words);
  const options = flip === undefined ? {} : { flip };
  return { context, start, ...traceCommitment(executor, subject.program, words, context, options) };
}

/** An execution of which only the roots that a game asks for are known, and of one step the trace. */
export class StoredSegment implements ExecutedSegment {
  readonly subject: Subject;
  readonly roots: readonly Hex[];
  readonly segment: MerkleTree;
  readonly #disputed: number;
  readonly #trace: StepTrace;

  /** @param roots by the number of steps before the state */
  constructor({ subject, plan }: DisputedStep, roots: Readonly<Record<number, Hex>>, trace: StepTrace) {
    const { steps, grid } = plan.claim;
    const sparse: Hex[] = [];
    for (const [done, root] of Object.entries(roots)) sparse[Number(done)] = root;
    this.subject = subject;
    this.roots = sparse;
    this.segment = segmentCommitment(gridSteps(steps, grid).map((after) => fromHex(sparse[after]!))).tree;
    this.#disputed = plan.disputed;
    this.#trace = trace;
  }

  /** @throws DefectError `other-step` for any other than the one in dispute */
  step(offset: number): StepTrace {
    if (offset === this.#disputed) return this.#trace;
    throw new DefectError("other-step", `The game came to step ${offset}, not to that of the lie.`, {
      offset,
      disputed: this.#disputed,
    });
  }
}
