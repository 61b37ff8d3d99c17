import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { readCredit, readStake, readTokens, type Move } from "../../../protocol/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";

const seed = 0x5eed_010b;
const steps = 2;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: steps, steps, grid: 2, seed: 3, order: "shuffled" }),
);

/** There is no word behind the last one; a challenger who points there hopes that nobody thought of it. */
describe("attack: an honest claim challenged behind the end of a tensor", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (const [name, operator, word] of [
    ["the first word behind a state of 18", at.weights, 18],
    ["the last word of its chunk", at.weights, 255],
    ["behind an i32 state of one word", at.steps, 1],
    ["behind a sampled field", at.x, 24],
  ] as const) {
    it(`${name}: acquitted, the bond is lost`, async () => {
      const { board, example } = await setUp();
      const { chain, accounts } = board;
      const [solver, challenger] = [accounts.solver.account.address, accounts.challenger.account.address];
      const wealth = async () =>
        (await readTokens(chain, challenger)) + (await readCredit(chain, "pinpoint", challenger));
      const [before, earned] = [await wealth(), await readCredit(chain, "pinpoint", solver)];
      const table = await Table.open(board, example.claimOf(example.honest));
      const aim = { step: steps, operator, element: 0 };
      const challenge = challenging(example.honest, aim);
      await table.play(defending(example.honest), challenge, "Judgement");
      const { evidence } = challenge(table.game, table.history) as Move & { type: "judge" };
      const ending = await table.make({ type: "judge", evidence: { ...evidence, word, reads: [] } });
      const acquitted = { phase: "DefenderWon", reason: "Padding", operator, element: BigInt(word) };
      expect(ending).to.deep.equal({ ...acquitted, claimed: 0, expected: 0 });
      // UNITS: the board's terms: a rate of 1, a cap of 10,000,000 gas, a compensation of 100.
      expect(before - (await wealth())).to.equal(10_250_100n);
      expect((await readCredit(chain, "pinpoint", solver)) - earned > 100n).to.equal(true);
      expect((await readStake(chain, solver)).locked % 10n ** 12n).to.equal(0n);
    });
  }
});
