import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { outputWords } from "../../program/cost.ts";
import type { Operator, OperatorKind, StepContext } from "../../program/types.ts";
import { runOperator } from "../reference/index.ts";
import type { KernelContext } from "../reference/kernel.ts";
import { caseBatch, randomCases } from "./random-operators.ts";
import type { OperatorCase } from "./random-operators.ts";
import { splitOperator } from "./split.ts";

const SEED = 20_261_125;
const CASES_PER_KIND = 60;

/** Words of an operator by the reference kernel. */
function wordsOf(operator: Operator, { tensors, fieldStride }: OperatorCase, step: StepContext): Uint32Array {
  const sources = tensors.map(({ words }) => words);
  const output = new Uint32Array(outputWords(operator));
  const sourceWords = sources[0]?.length ?? 0;
  const context: KernelContext = { ...step, batch: caseBatch, samples: 7, sourceWords, sourceStride: fieldStride };
  runOperator(operator, sources, output, context);
  return output;
}

describe("splitOperator", () => {
  for (const kind of Object.keys(randomCases) as OperatorKind[]) {
    it(`gives parts whose words make up the whole's: ${kind}`, () => {
      const random = createPrng(SEED + kind.length);
      let divided = 0;
      for (let i = 0; i < CASES_PER_KIND; i++) {
        const example = randomCases[kind](random);
        const step = { step: random.below(1000), seed: random.u32(), order: "shuffled" } as const;
        const threads = 2 + random.below(4);
        const parts = splitOperator(example.operator, threads, 1);
        expect(parts.length).to.be.within(1, threads);
        divided += parts.length > 1 ? 1 : 0;
        const whole = wordsOf(example.operator, example, step);
        let next = 0;
        for (const { operator, firstWord } of parts) {
          expect(firstWord).to.equal(next);
          expect(firstWord % 16, "a cache line of its own").to.equal(0);
          const words = wordsOf(operator, example, step);
          expect(words, JSON.stringify(operator)).to.deep.equal(whole.subarray(firstWord, firstWord + words.length));
          next += words.length;
        }
        expect(next).to.equal(whole.length);
      }
      if (kind === "Schedule") expect(divided).to.equal(0);
      else expect(divided, `divided, seed ${SEED}`).to.be.greaterThan(0);
    });
  }

  it("leaves small work whole", () => {
    const operator = randomCases.Map(createPrng(SEED)).operator;
    expect(splitOperator(operator, 4)).to.deep.equal([{ operator, firstWord: 0 }]);
  });
});
