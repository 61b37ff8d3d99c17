import type { Hex } from "viem";
import { createPrng, equalBytes, toHex, type Prng } from "../../../common/index.ts";
import type { StepTrace } from "../../../dispute/index.ts";
import { outputWords, rootOf, stateCommitment, type Flip, type Program } from "../../../engine/index.ts";
import { candidatesOf, dearestBeside, type Candidates } from "./candidates.ts";
import type { RunFolder } from "./folder.ts";
import { committedSteps } from "./plan.ts";
import type { DisputedStep } from "./stored-segment.ts";
import { execute, type Told } from "./train.ts";

/** A flip in the step in dispute, and why this one. */
export interface Lie extends Flip {
  readonly reasons: readonly string[];
}

/** Operators of a kind, and elements of each, that are tried until a later state shows one. */
const triedOperators = 8;
const triedElements = 3;

/** A high bit of a number's fraction; the lowest of an integer, which names another entry of a table. */
function bitOf(program: Program, operator: number): number {
  return program.operators[operator]!.dtype === "f32" ? 22 : 0;
}

/** States that the next step reads: a lie in another one, such as the loss, is gone after it. */
function carriedStates({ operators, states }: Program): number[] {
  const read = new Set(operators.flatMap(({ operands }) => operands.map(({ ref }) => (ref.space === "state" ? ref.index : -1)))); // prettier-ignore
  return states.map((_, state) => state).filter((state) => read.has(state));
}

/** Whether the states after the step are others than the honest ones, so that there is something to dispute. */
function shows({ executor, subject, plan, start }: DisputedStep, honest: StepTrace, flip: Flip): boolean {
  const { program } = subject;
  const { firstStep, seed, order } = plan.claim;
  executor.setState(start.tensors.map(({ words }) => words));
  executor.step({ step: firstStep + plan.disputed, seed, order }, { flip });
  const roots: Uint8Array[] = [];
  executor.lookAtState((state, words, nodes) => roots.push(rootOf(words, program.states[state]!.dtype, nodes)), {
    hashes: true,
  });
  return carriedStates(program).some((state) => !equalBytes(roots[state]!, honest.right.node(0, state)));
}

/** A lie in the first of the operators that shows one. */
function lieIn(step: DisputedStep, honest: StepTrace, operators: readonly number[], random: Prng): Flip | undefined {
  const { program } = step.subject;
  for (const operator of operators.slice(0, triedOperators)) {
    const culprit = program.operators[operator]!;
    for (let tried = 0; tried < triedElements; tried++) {
      const element = dearestBeside(culprit, random.below(outputWords(culprit)), honest);
      const flip = { operator, element, bit: bitOf(program, operator) };
      if (shows(step, honest, flip)) return flip;
    }
  }
  return undefined;
}

/** One lie in an operator that is drawn, then one in each of the candidates; an operator is taken once. What no state shows is left out. */
export function chooseLies(step: DisputedStep, honest: StepTrace, seed: number): Lie[] {
  const random = createPrng(seed);
  const { program } = step.subject;
  const drawn = Array.from({ length: triedOperators }, () => random.below(program.operators.length));
  const lies = new Map<number, Lie>();
  for (const { reason, operators } of [
    { reason: "drawn", operators: drawn },
    ...candidatesOf(program),
  ] as Candidates[]) {
    const flip = lieIn(step, honest, operators, random);
    if (flip === undefined) continue;
    const { reasons = [], ...before } = lies.get(flip.operator) ?? (flip as Partial<Lie> & Flip);
    lies.set(flip.operator, { ...before, reasons: [...reasons, reason] });
  }
  return [...lies.values()];
}

/** The liar's own execution from the step in dispute to the end, as it was kept or anew; with the honest roots before it. */
export function executeLie(
  { executor, subject, plan, start }: DisputedStep,
  lie: Lie,
  honest: Readonly<Record<number, Hex>>,
  folder: RunFolder,
  told: Told = () => {},
): Readonly<Record<number, Hex>> {
  const { operator, element, bit } = lie;
  const name = `lie-${operator}-${element}-${bit}`;
  const kept = folder.get<Record<number, Hex>>(name);
  if (kept !== undefined) return kept;
  const roots = Object.fromEntries(Object.entries(honest).filter(([done]) => Number(done) <= plan.disputed));
  executor.setState(start.tensors.map(({ words }) => words));
  const wanted = new Set(committedSteps(plan));
  const began = performance.now();
  for (const { done, state } of execute(executor, plan, plan.disputed, wanted, lie)) {
    if (state !== undefined) roots[done] = toHex(stateCommitment(state, subject.program).root);
    told(done, plan.claim.steps, (performance.now() - began) / (done - plan.disputed));
  }
  folder.put(name, roots);
  return roots;
}
