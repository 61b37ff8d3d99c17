import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { challenging, shared, Table } from "./support/table.ts";
import { lieAbout, withWord } from "./support/tamper.ts";

const seed = 0x5eed_0103;
const steps = 2;
const nan = 0x7fc00000;
const setUp = shared(() => {
  const training = exampleClassifier(seed);
  // Every sample has a NaN, so that it reaches the weights.
  for (let sample = 0; sample < 10; sample++) training.dataset.fields[0]!.words[6 * sample + 2] = 0xff800123;
  return exampleSegment(training, { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" });
});

/** A NaN is a NaN to every machine, but only one has the right bits: a state with another has a root of its own. */
describe("attack: a claim with a NaN that is not the one NaN", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const word of [0x7fc00001, 0xffc00000, 0x7f800001, 0xffffffff]) {
    for (const [name, operator] of [
      ["the new state", at.weights],
      ["a sampled field", at.x],
    ] as const) {
      it(`0x${word.toString(16)} in ${name}: convicted for the element`, async () => {
        const { board, example } = await setUp();
        const { output } = example.honest.step(steps - 1);
        const element = output(operator).words.indexOf(nan);
        expect(element).to.be.at.least(0);
        const forged = new Map([[operator as number, withWord(output(operator), element, word)]]);
        if (operator !== at.weights) forged.set(at.weights, withWord(output(at.weights), 0, 1));
        const { claim, defender } = lieAbout(example, forged);
        const ending = await (await Table.open(board, claim)).play(defender, challenging(example.honest));
        expect(ending).to.deep.equal({
          phase: "ChallengerWon",
          reason: "Element",
          claimed: word,
          expected: nan,
          operator,
          element: BigInt(element),
        });
      });
    }
  }
});
