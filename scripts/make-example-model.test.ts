import { readFileSync } from "node:fs";
import { expect } from "chai";
import { compileEvaluation, compileModel, createExecutor, evaluateMetrics, readText } from "../engine/index.ts";
import { CONTEXT, nextCharModel } from "./make-example-model.ts";

const example = (name: string) => readFileSync(new URL(`../examples/${name}`, import.meta.url));
const text = readText(example("prose.txt").toString(), { context: CONTEXT, targets: "last", heldOut: 0.1 });

/** Entropy of the single characters of a field, natural logarithm. */
function entropy(words: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / words.length) * Math.log(n / words.length), 0);
}

describe("the example model", () => {
  it("is what its script writes for the prose", () => {
    expect(Buffer.from(nextCharModel(text.vocabulary.length)).equals(example("next-char.onnx"))).to.equal(true);
  });

  it("learns more than the frequencies of characters in 200 steps", async () => {
    const onnx = example("next-char.onnx");
    const fields = text.train.fields;
    const common = {
      onnx,
      fields,
      inputs: { tokens: "tokens" },
      label: "target",
      loss: "softmaxCrossEntropy",
    } as const;
    const optimiser = { kind: "sgd", learningRate: 0.5 } as const;
    const model = compileModel({ ...common, batch: 32, optimiser });
    const { program, constants } = model;
    const executor = await createExecutor("reference", { program, constants, dataset: text.train.dataset });
    executor.setState(model.initialState);
    for (let step = 0; step < 200; step++) executor.step({ step, seed: 1, order: "shuffled" });
    const heldOut = text.heldOut!;
    const { loss } = await evaluateMetrics({
      engine: "reference",
      forward: compileEvaluation({ ...common, batch: 64 }),
      dataset: heldOut.dataset,
      parameters: executor.getState(),
    });
    expect(loss).to.be.lessThan(entropy(heldOut.dataset.fields[1]!.words) - 0.2);
  });
});
