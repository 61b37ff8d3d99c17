import { expect } from "chai";
import { createPrng } from "../../../../common/index.ts";
import { checkExecutorInput } from "../../../execution.ts";
import type { Executor, ExecutorInput } from "../../../execution.ts";
import type { OperatorKind, Operator, StepContext } from "../../../program/types.ts";
import { createReferenceExecutor } from "../../reference/executor.ts";
import { programOfCases, randomCases } from "../random-operators.ts";
import type { OperatorCase } from "../random-operators.ts";

/** Makes the executor under test. */
export type Create = (input: ExecutorInput) => Promise<Executor>;

/** Compares every output word of random operators of each kind with the reference, bit by bit. */

const SEED = 20_250_701;
const CASES_PER_KIND = 320;
const CASES_PER_PROGRAM = 20;

function wordsOf(input: ExecutorInput, run: Executor, context: StepContext) {
  const outputs: Uint32Array[] = input.program.operators.map(() => new Uint32Array());
  run.step(context, { onOutput: (operator, words) => (outputs[operator] = words.slice()) });
  return outputs;
}

const hex = (word: number) => word.toString(16).padStart(8, "0");

/** What differs, or nothing. */
function difference(operator: Operator, expected: Uint32Array, actual: Uint32Array): string {
  if (expected.length !== actual.length) return `${actual.length} words, not ${expected.length}`;
  const at = expected.findIndex((word, index) => word !== actual[index]);
  if (at < 0) return "";
  return `word ${at} is ${hex(actual[at]!)}, not ${hex(expected[at]!)} in ${JSON.stringify(operator)}`;
}

async function compare(create: Create, cases: readonly OperatorCase[], context: StepContext): Promise<number> {
  const input = programOfCases(cases);
  checkExecutorInput(input);
  const expected = wordsOf(input, createReferenceExecutor(input), context);
  const actual = wordsOf(input, await create(input), context);
  for (const [index, operator] of input.program.operators.entries()) {
    const found = difference(operator, expected[index]!, actual[index]!);
    expect(found, `seed ${SEED}`).to.equal("");
  }
  return expected.reduce((total, words) => total + words.length, 0);
}

/** Differential tests of the kernels of an engine. To be called inside a `describe`. */
export function kernelSuite(create: Create): void {
  for (const kind of Object.keys(randomCases) as OperatorKind[]) {
    it(`give the reference's words: ${kind}`, async () => {
      const random = createPrng(SEED + kind.length * 7 + kind.charCodeAt(1));
      let words = 0;
      for (let done = 0; done < CASES_PER_KIND; done += CASES_PER_PROGRAM) {
        const cases = Array.from({ length: CASES_PER_PROGRAM }, () => randomCases[kind](random));
        const order = random.pick(["sequential", "shuffled"] as const);
        const step = random.pick([0, 1, 5, 1000, 0x40000000, 0x80000000, 0xffffffff]);
        words += await compare(create, cases, { step, seed: random.u32(), order });
      }
      expect(words).to.be.greaterThan(CASES_PER_KIND);
    }).timeout(120_000);
  }
}
