import type { Hex } from "viem";
import { toHex } from "../../../common/index.ts";
import { floatOf, stateCommitment, type Executor, type Flip, type State } from "../../../engine/index.ts";
import type { RunFolder } from "./folder.ts";
import { committedSteps, type Plan } from "./plan.ts";
import type { DisputedTraining } from "./training.ts";

/** What an execution of a segment leaves for a game, by the number of steps before it. */
export interface Executed {
  readonly roots: Readonly<Record<number, Hex>>;
  /** Where the training has a loss. */
  readonly losses: Readonly<Record<number, number>>;
}

interface Started extends Executed {
  readonly done: number;
  /** Of the steps and commitments. UNITS: ms. */
  readonly elapsedMs: number;
}

export type Told = (done: number, steps: number, msAStep: number) => void;

/** Steps `from` to the segment's end, a flip in the first of them if any; `keep` is shown every state that a game asks for. */
export function* execute(
  executor: Executor,
  { claim }: Plan,
  from: number,
  wanted: ReadonlySet<number>,
  flip?: Flip,
): Generator<{ readonly done: number; readonly state?: State }> {
  const { firstStep, steps, seed, order } = claim;
  for (let done = from; done < steps;) {
    executor.step({ step: firstStep + done, seed, order }, done === from && flip !== undefined ? { flip } : {});
    done++;
    yield wanted.has(done) ? { done, state: executor.getState() } : { done };
  }
}

/** The honest execution: goes on from the last state in the folder, and leaves there the state that the disputed step starts from. */
export function trainHonestly(
  { program, start, loss }: DisputedTraining,
  plan: Plan,
  executor: Executor,
  folder: RunFolder,
  told: Told = () => {},
): Executed & { readonly elapsedMs: number } {
  const { steps } = plan.claim;
  const rootOf = (state: State) => toHex(stateCommitment(state, program).root);
  const first = (): Started => ({ done: 0, elapsedMs: 0, roots: { 0: rootOf(start) }, losses: {} });
  let kept = folder.get<Started>("honest") ?? first();
  if (kept.done === steps) return kept;
  if (kept.done === 0) folder.putState(0, start);
  executor.setState(kept.done === 0 ? start : folder.state(kept.done, program, kept.roots[kept.done]!));
  const wanted = new Set(committedSteps(plan));
  let began = performance.now();
  for (const { done, state } of execute(executor, plan, kept.done, wanted)) {
    if (state !== undefined) {
      const roots = { ...kept.roots, [done]: rootOf(state) };
      const losses = loss === undefined ? {} : { ...kept.losses, [done]: floatOf(state[loss]![0]!) };
      folder.putState(done, state);
      const now = performance.now();
      const next = { done, elapsedMs: kept.elapsedMs + now - began, roots, losses };
      began = now;
      folder.put("honest", next);
      if (kept.done !== plan.disputed) folder.dropState(kept.done);
      kept = next;
    }
    told(done, steps, (kept.elapsedMs + performance.now() - began) / done);
  }
  if (steps !== plan.disputed) folder.dropState(steps);
  return kept;
}
