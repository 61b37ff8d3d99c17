import { expect } from "chai";
import { exampleClassifier, exampleSegment } from "../../../dispute/index.ts";
import { classifierOperators as at, type Dtype } from "../../../engine/index.ts";
import { challenging, shared, Table } from "./support/table.ts";
import { declaredAs, lieAbout } from "./support/tamper.ts";

const seed = 0x5eed_0102;
const steps = 3;
const setUp = shared(() =>
  exampleSegment(exampleClassifier(seed), { firstStep: 0, steps, grid: 1, seed: 3, order: "sequential" }),
);

/** The thief claims the right words under another declaration, which gives them another root. */
describe("attack: a tensor opened with other words or another dtype", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));

  const declarations: readonly [number, Dtype][] = [
    [17, "f32"],
    [19, "f32"],
    [18, "i32"],
    [1, "f32"],
    // Trees of another depth: one level, a full reveal, and more than one reveal.
    [257, "f32"],
    [64 * 256, "f32"],
    [2 ** 20, "f32"],
  ];
  for (const [words, dtype] of declarations) {
    it(`${dtype} × ${words} instead of f32 × 18: convicted for the declaration`, async () => {
      const { board, example } = await setUp();
      const { output } = example.honest.step(steps - 1);
      expect(output(at.weights).words).to.have.lengthOf(18);
      const forged = new Map([[at.weights as number, declaredAs(output(at.weights), words, dtype)]]);
      const { claim, defender } = lieAbout(example, forged);
      const table = await Table.open(board, claim);
      const ending = await table.play(defender, challenging(example.honest));
      expect(ending).to.include({ phase: "ChallengerWon", reason: "Declaration", operator: at.weights, expected: 0 });
    });
  }
});
