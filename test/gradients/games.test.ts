import { expect } from "chai";
import { createPrng, type Prng } from "../../common/index.ts";
import {
  challengerMove,
  defenderMove,
  exampleSegment,
  playGame,
  type Aim,
  type SegmentTrace,
} from "../../dispute/index.ts";
import { compileModel, type CompileOptions, type NamedDataset } from "../../engine/index.ts";
import { convolutionalModel, convolutionalSamples, gatedModel, gatedSamples } from "./models.ts";

const SEED = 20_261_126;

const sgd = { optimiser: { kind: "sgd", learningRate: 0.5 } } as const;

interface Subject {
  readonly name: string;
  readonly update: Pick<CompileOptions, "optimiser" | "schedule" | "clip" | "microBatches">;
  readonly model: (prng: Prng) => Uint8Array;
  readonly samples: (seed: number, samples: number) => NamedDataset;
  /** Elements of an operator that are flipped: the middle one, and the first and the last. */
  readonly elements: (words: number) => readonly number[];
}

const subjects: readonly Subject[] = [
  {
    name: "the gated perceptron",
    update: sgd,
    model: gatedModel,
    samples: gatedSamples,
    elements: (words) => [0, words >> 1, words - 1],
  },
  {
    name: "the gated perceptron with a clipped Adam on a schedule, in two parts of a batch",
    update: {
      optimiser: { kind: "adam", learningRate: 0.01 },
      schedule: { kind: "cosine", steps: 5 },
      clip: { by: "norm", limit: 0.5 },
      microBatches: 2,
    },
    model: gatedModel,
    samples: gatedSamples,
    elements: (words) => [0, words >> 1, words - 1],
  },
  {
    name: "a convolutional network with normalisations, pools and dropout",
    update: sgd,
    model: convolutionalModel,
    samples: convolutionalSamples,
    elements: (words) => [words >> 1],
  },
];

for (const { name, update, model, samples, elements } of subjects) {
  describe(`games about ${name}, one step (seed ${SEED})`, () => {
    it("convict a flipped bit of every operator and acquit the honest defender", async function () {
      const { dataset, fields } = samples(SEED, 8);
      const { program, constants, initialState } = compileModel({
        onnx: model(createPrng(SEED)),
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
        for (const element of new Set(elements(words))) {
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
      expect(convicted).to.be.greaterThan(acquitted * 0.6);
    });
  });
}
