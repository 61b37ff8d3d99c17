import { MerkleTree } from "../../common/index.ts";
import type { Executor, StepOptions } from "../execution.ts";
import type { Program, StepContext } from "../program/types.ts";
import { commitTensor } from "./tensor.ts";
import type { TensorCommitment } from "./tensor.ts";

/** The trace of one step. SPEC: spec/commitments.md, Trace root. */
export interface TraceCommitment {
  /** One per operator, with copies of its words. */
  readonly outputs: readonly TensorCommitment[];
  /** Tree over the outputs of the operators that produce no state. */
  readonly left: MerkleTree;
  /** Tree over the outputs of the operators that produce the states. */
  readonly right: MerkleTree;
  /** Root of the state after the step: that of `right`. */
  readonly stateRoot: Uint8Array;
}

/**
 * Runs one step from `start` and commits to every output. The executor is left in the next state.
 * @throws OperatorError `state-mismatch`
 */
export function traceCommitment(
  executor: Executor,
  program: Program,
  start: readonly Uint32Array[],
  context: StepContext,
  options: StepOptions = {},
): TraceCommitment {
  const outputs: TensorCommitment[] = [];
  executor.setState(start);
  executor.step(context, {
    ...options,
    hashes: true,
    onOutput: (operator, words, nodes) => {
      outputs.push(commitTensor(words.slice(), program.operators[operator]!.dtype, nodes?.slice()));
      options.onOutput?.(operator, words, nodes);
    },
  });
  const roots = outputs.map(({ root }) => root);
  const split = program.operators.length - program.states.length;
  const left = new MerkleTree(roots.slice(0, split));
  const right = new MerkleTree(roots.slice(split));
  return { outputs, left, right, stateRoot: right.root };
}
