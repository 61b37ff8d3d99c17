import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import {
  challengerMove,
  defenderMove,
  exampleSegment,
  playGame,
  type Aim,
  type SegmentTrace,
} from "../../dispute/index.ts";
import { compileModel } from "../../engine/index.ts";
import { gatedModel, gatedSamples } from "./models.ts";

const SEED = 20_261_126;

const updates = {
  SGD: { optimiser: { kind: "sgd", learningRate: 0.5 } },
  "clipped Adam on a schedule, in two parts of a batch": {
    optimiser: { kind: "adam", learningRate: 0.01 },
    schedule: { kind: "cosine", steps: 5 },
    clip: { by: "norm", limit: 0.5 },
    microBatches: 2,
  },
} as const;

describe(`games about the gated perceptron, one step (seed ${SEED})`, () => {
  for (const [name, update] of Object.entries(updates))
    it(`convict a flipped bit of every operator and acquit the honest defender: ${name}`, async function () {
      const { dataset, fields } = gatedSamples(SEED, 8);
      const { program, constants, initialState } = compileModel({
        onnx: gatedModel(createPrng(SEED)),
        batch: 4,
        fields,
        inputs: { x: "x" },
        label: "label",
        loss: "softmaxCrossEntropy",
        ...update,
      });
      const training = { program, constants, dataset, start: initialState };
      const claim = { firstStep: 0, steps: 1, grid: 1, seed: 7, order: "shuffled" } as const;
      const example = await exampleSegment(training, claim);
      const play = (defender: SegmentTrace, aim?: Aim) =>
        playGame(
          example.claimOf(defender),
          (game) => defenderMove(game, defender),
          (game, history) => challengerMove(game, history, example.honest, aim),
        );
      const outcomes = { convicted: 0, harmless: 0, acquitted: 0 };
      for (const [operator, { extents }] of program.operators.entries()) {
        const words = extents.reduce((product, extent) => product * extent, 1);
        for (const element of new Set([0, words >> 1, words - 1])) {
          const place = { step: 0, operator, element };
          expect(play(example.honest, place).game.phase, JSON.stringify(place)).to.equal("DefenderWon");
          outcomes.acquitted += 1;
          const flipped = example.run({ ...place, bit: 22 });
          if (flipped.roots[1] === example.honest.roots[1]) {
            outcomes.harmless += 1;
            continue;
          }
          const { game, judgement } = play(flipped);
          expect(game, JSON.stringify(place)).to.include({ phase: "ChallengerWon", operator });
          expect(judgement, JSON.stringify(place)).to.include({ verdict: "DefenderWrong", reason: "Element" });
          outcomes.convicted += 1;
        }
      }
      const { convicted, harmless, acquitted } = outcomes;
      this.test!.title += ` (${program.operators.length} operators: ${convicted} convicted, ${harmless} harmless, ${acquitted} acquitted)`;
      expect(convicted).to.be.greaterThan(program.operators.length);
    });
});
