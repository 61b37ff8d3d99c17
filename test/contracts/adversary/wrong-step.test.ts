import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at } from "../../../engine/index.ts";
import { gameRecord } from "../../../protocol/index.ts";
import { challenging, defending, shared, Table } from "./support/table.ts";

const seed = 0x5eed_010d;
/** Cells of 4, 4 and 3 steps. */
const [steps, grid] = [11, 4];
const first = 3 * steps;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: first, steps, grid, seed: 3, order: "shuffled" }),
);

/** The thief lies at a seam of grid and cell, and hopes that the game counts its steps wrong there. */
describe("attack: a lie at every step of a segment with a short last cell", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  for (let offset = 0; offset < steps; offset++) {
    it(`step ${offset}: the very step is judged, of a lie and of the truth`, async () => {
      const { board, example } = await setUp();
      const place = { step: first + offset, operator: at.rate, element: 0 };
      // Later steps are false as well: the first one is to be found.
      const lie = example.run({ ...place, bit: 21 });
      for (const [trace, phase] of [
        [lie, "ChallengerWon"],
        [example.honest, "DefenderWon"],
      ] as const) {
        const table = await Table.open(board, example.claimOf(trace));
        const ending = await table.play(defending(trace), challenging(example.honest, place));
        expect(ending).to.include({ phase, reason: "Element", operator: at.rate, element: 0n });
        const { game } = await gameRecord(board.chain, table.gameId);
        expect(game).to.include({ firstStep: place.step, steps: 1, from: example.honest.roots[offset] });
      }
    });
  }
});
