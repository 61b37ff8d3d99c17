import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { challenging, shared } from "./support/table.ts";
import { lieAbout, withWord } from "./support/tamper.ts";
import { Table } from "./support/table.ts";

const seed = 0x5eed_0101;
const steps = 3;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);

/** The thief keeps every word right and hides bytes behind the last one, so that nobody can open his state again. */
describe("attack: a claim with dirty padding", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [name, operator, words] of [
    ["a state tensor", at.weights, 18],
    ["an output that is no state", at.logits, 12],
  ] as const) {
    for (const element of [words, 255]) {
      it(`word ${element} of ${name} of ${words}: convicted for its padding`, async () => {
        const { board, example } = await setUp();
        const { output } = example.honest.step(steps - 1);
        expect(output(operator).words).to.have.lengthOf(words);
        const forged = new Map([[operator as number, withWord(output(operator), element, 0x80000000)]]);
        // An output alone leaves the end root as it is: something must be disputed.
        if (operator !== at.weights) forged.set(at.weights, withWord(output(at.weights), 0, 1));
        const { claim, defender } = lieAbout(example, forged);
        const table = await Table.open(board, claim);
        const ending = await table.play(defender, challenging(example.honest));
        expect(ending).to.deep.equal({
          phase: "ChallengerWon",
          reason: "Padding",
          claimed: 0x80000000,
          expected: 0,
          operator,
          element: BigInt(element),
        });
      });
    }
  }
});
