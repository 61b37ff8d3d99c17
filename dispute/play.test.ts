import { expect } from "chai";
import {
  challengerMove,
  defenderMove,
  exampleClassifier,
  exampleSegment,
  playGame,
  type Aim,
  type ExampleSegment,
  type PlayedGame,
  type SegmentTrace,
} from "./index.ts";

const seed = 20_261_123;
const firstStep = 3;

function segment(steps: number, grid: number): Promise<ExampleSegment> {
  return exampleSegment(exampleClassifier(seed), { firstStep, steps, grid, seed: 7, order: "shuffled" });
}

function play(example: ExampleSegment, defender: SegmentTrace, aim?: Aim): PlayedGame {
  return playGame(
    example.claimOf(defender),
    (game) => defenderMove(game, defender),
    (game, history) => challengerMove(game, history, example.honest, aim),
  );
}

/** First and last element of every operator, at the first and last step. */
function* places({ subject }: ExampleSegment) {
  const { steps } = subject.claim;
  for (const [operator, { extents }] of subject.program.operators.entries()) {
    const last = extents.reduce((product, extent) => product * extent, 1) - 1;
    for (const step of new Set([firstStep, firstStep + steps - 1]))
      for (const element of new Set([0, last])) yield { step, operator, element };
  }
}

describe("a game in memory", () => {
  for (const [steps, grid] of [
    [1, 1],
    [4, 1],
    [5, 8],
    [7, 2],
  ]) {
    it(`convicts a flipped bit of every operator (${steps} steps, grid ${grid})`, async () => {
      const example = await segment(steps, grid);
      const outcomes = { convicted: 0, harmless: 0 };
      for (const place of places(example)) {
        const defender = example.run({ ...place, bit: 22 });
        if (defender.roots[steps] === example.honest.roots[steps]) {
          outcomes.harmless += 1;
          continue;
        }
        const { game, judgement } = play(example, defender);
        const { step, operator } = place;
        expect(game, JSON.stringify(place)).to.include({ phase: "ChallengerWon", operator, firstStep: step, steps: 1 });
        expect(judgement, JSON.stringify(place)).to.include({ verdict: "DefenderWrong", reason: "Element" });
        expect((judgement.claimed ^ judgement.expected) >>> 0).to.equal(2 ** 22);
        outcomes.convicted += 1;
      }
      console.log(`      seed ${seed}: ${JSON.stringify(outcomes)}`);
      expect(outcomes.convicted).to.be.greaterThan(steps === 1 ? 15 : 30);
    });
  }

  it("acquits an honest defender wherever a hostile challenger aims", async () => {
    const example = await segment(7, 2);
    for (const place of places(example)) {
      for (const element of [place.element, place.element + 1]) {
        const { game, judgement } = play(example, example.honest, { ...place, element });
        const { step, operator } = place;
        expect(game, JSON.stringify(place)).to.include({ phase: "DefenderWon", operator, firstStep: step });
        expect(judgement.verdict, JSON.stringify(place)).to.equal("ChallengerWrong");
      }
    }
  });
});
