import { MerkleTree } from "../../common/index.ts";
import type { Executor, StepOptions } from "../execution.ts";
import type { Program, StepContext } from "../program/types.ts";
import { commitTensor, rootOf } from "./tensor.ts";
import type { TensorCommitment } from "./tensor.ts";

/** The trace of one step. SPEC: spec/commitments.md, Trace root. */
export interface TraceCommitment {
  /** Tree over the outputs of the operators that produce no state. */
  readonly left: MerkleTree;
  /** Tree over the outputs of the operators that produce the states. */
  readonly right: MerkleTree;
  /** Root of the state after the step: that of `right`. */
  readonly stateRoot: Uint8Array;
  /**
   * An operator's output. Of a trace only the roots are held: the step is run again for this output and those that the operator
   * reads, which are kept until another one is asked for.
   */
  readonly output: (operator: number) => TensorCommitment;
}

/** Root of the state after an executor's last step. */
export function stateRoot(executor: Executor, { states }: Program): Uint8Array {
  const roots: Uint8Array[] = [];
  executor.lookAtState((tensor, words, nodes) => roots.push(rootOf(words, states[tensor]!.dtype, nodes)), {
    hashes: true,
  });
  return new MerkleTree(roots).root;
}

/** An operator, and those whose outputs it reads. */
function withSources({ operators }: Program, operator: number): Set<number> {
  const sources = operators[operator]!.operands.flatMap(({ ref }) => (ref.space === "operator" ? [ref.index] : []));
  return new Set([operator, ...sources]);
}

/**
 * Runs one step from `start` and commits to every output. The executor is left in the next state, and so it is whenever an output
 * had to be computed again. ASSUMES: `start` does not change while the trace is used.
 * @throws OperatorError `state-mismatch`
 */
export function traceCommitment(
  executor: Executor,
  program: Program,
  start: readonly Uint32Array[],
  context: StepContext,
  options: StepOptions = {},
): TraceCommitment {
  const run = (more: StepOptions) => {
    executor.setState(start);
    executor.step(context, { ...options, ...more });
  };
  const roots: Uint8Array[] = [];
  run({
    hashes: true,
    onOutput: (operator, words, nodes) => {
      roots.push(rootOf(words, program.operators[operator]!.dtype, nodes));
      options.onOutput?.(operator, words, nodes);
    },
  });
  const held = new Map<number, TensorCommitment>();
  const output = (operator: number): TensorCommitment => {
    const known = held.get(operator);
    if (known !== undefined) return known;
    held.clear();
    const wanted = withSources(program, operator);
    run({
      onOutput: (j, words) => {
        if (wanted.has(j)) held.set(j, commitTensor(words.slice(), program.operators[j]!.dtype));
      },
    });
    return held.get(operator)!;
  };
  const split = program.operators.length - program.states.length;
  const left = new MerkleTree(roots.slice(0, split));
  const right = new MerkleTree(roots.slice(split));
  return { left, right, stateRoot: right.root, output };
}
