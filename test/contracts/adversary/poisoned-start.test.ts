import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { exampleClassifier, exampleSegment, type ExampleTraining } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";

const seed = 0x5eed_0104;
const steps = 2;
const claim = { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" } as const;

/** Words that machines like to disagree about: NaNs of every kind, infinities, zeros, subnormals, the ends of i32. */
const poison = [
  0x7f800001, 0x7fc00001, 0xffc00000, 0xffffffff, 0x7f800000, 0xff800000, 0x80000000, 0x00000001, 0x807fffff,
  0x00800000, 0x7f7fffff, 0xff7fffff,
];

/** A bundle whose every free word is poison. */
function poisoned(): ExampleTraining {
  const training = exampleClassifier(seed);
  const random = createPrng(seed);
  const fill = (words: Uint32Array) => words.forEach((_, i) => (words[i] = random.pick(poison)));
  fill(training.start[0]!);
  fill(training.start[1]!);
  for (const { words } of training.dataset.fields) fill(words);
  return training;
}

function emptied(): ExampleTraining {
  const training = exampleClassifier(seed);
  return { ...training, dataset: { ...training.dataset, samples: 0 } };
}

/** Samples overlap, and most of them lie past the end of their field. */
function stretched(): ExampleTraining {
  const { dataset, ...training } = exampleClassifier(seed);
  const fields = dataset.fields.map((field, i) => ({ ...field, stride: i === 0 ? 0xffffffff : 0 }));
  return { ...training, dataset: { samples: 0xffffffff, fields } };
}

/** The submitter publishes data on which he hopes that the solver's machine and the arbiter disagree. */
describe("attack: a poisoned bundle and a challenger who knows where", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [name, training] of [
    ["dirty NaNs, infinities and subnormals in state and dataset", poisoned],
    ["a dataset of no samples", emptied],
    ["a dataset of 2³² − 1 samples with absurd strides", stretched],
  ] as const) {
    const setUp = shared(() => exampleSegment(training(), claim, "wasm"));

    it(`${name}: the engines agree`, async () => {
      const { example } = await setUp();
      const reference = await exampleSegment(training(), claim, "reference");
      expect(example.honest.roots).to.deep.equal(reference.honest.roots);
    });

    it(`${name}: an honest solver is acquitted on every operator`, async () => {
      const { board, example } = await setUp();
      const posted = example.claimOf(example.honest);
      const jobId = await board.postClaim(posted);
      for (let operator = at.x; operator <= at.steps; operator++) {
        const { words } = example.honest.step(0).output(operator);
        for (const element of new Set([0, words.length >> 1, words.length - 1])) {
          const table = await Table.join(board, posted, jobId, board.accounts.challenger);
          const aim = { step: posted.firstStep, operator, element };
          const ending = await table.play(defending(example.honest), challenging(example.honest, aim));
          const acquitted = { phase: "DefenderWon", reason: "Element", operator, element: BigInt(element) };
          expect(ending, `operator ${operator}`).to.include(acquitted);
        }
      }
    });
  }
});
