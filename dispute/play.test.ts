import { expect } from "chai";
import { createPrng } from "../common/index.ts";
import { wordOf } from "../engine/index.ts";
import { rootsOf } from "../protocol/index.ts";
import {
  challengerMove,
  defenderMove,
  defenderRoots,
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
    (game) => {
      expect(defenderRoots(game, defender), game.phase).to.deep.equal(rootsOf(game));
      return defenderMove(game, defender);
    },
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

  it("brings the same evidence from a dataset that is only read where it is opened", async () => {
    const samples = 5_000;
    const training = exampleClassifier(seed);
    const random = createPrng(seed);
    const fields = training.dataset.fields.map((field) => {
      const value = () => (field.dtype === "f32" ? wordOf(random.unit()) : random.below(3));
      return { ...field, words: Uint32Array.from({ length: samples * field.stride }, value) };
    });
    const outside = fields.map(({ words, ...rest }) => {
      return { ...rest, words: { length: words.length, subarray: words.slice.bind(words) } };
    });
    const [held, streamed] = await Promise.all(
      [fields, outside].map((each) => {
        const claim = { firstStep, steps: 2, grid: 1, seed: 7, order: "shuffled" } as const;
        return exampleSegment({ ...training, dataset: { samples, fields: each } }, claim, "wasm");
      }),
    );
    expect(streamed!.claimOf(streamed!.honest)).to.deep.equal(held!.claimOf(held!.honest));
    const { operators } = held!.subject.program;
    const sampling = operators.flatMap((each, j) => (each.kind === "Sample" && each.fn === "dataset" ? [j] : []));
    expect(sampling).to.have.length(2);
    for (const operator of sampling) {
      const place = { step: firstStep + 1, operator, element: 3, bit: 0 };
      const [inMemory, onDisk] = [held!, streamed!].map((example) => play(example, example.run(place)));
      expect(onDisk!.judgement).to.include({ verdict: "DefenderWrong", reason: "Element" });
      expect(onDisk).to.deep.equal(inMemory);
    }
  });
});
