import { readFileSync } from "node:fs";
import { expect } from "chai";
import { compileModel, readText, workUnitsPerStep } from "../engine/index.ts";
import { explainModel, explainOperators } from "./explain.ts";

const example = (name: string) => readFileSync(new URL(`../examples/${name}`, import.meta.url));

describe("what compile tells", () => {
  const { train } = readText(example("prose.txt").toString(), { context: 8, targets: "last", heldOut: 0.1 });
  const model = compileModel({
    onnx: example("next-char.onnx"),
    batch: 8,
    fields: train.fields,
    inputs: { tokens: "tokens" },
    label: "target",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "adam", learningRate: 0.01 },
    frozen: ["embedding"],
  });

  it("adds up: parameters, operators, work units and bytes", () => {
    const { parameters, operators, work, memory, traceBytes } = explainModel(model, { steps: 100, grid: 10 });
    const words = (role: string) =>
      model.program.states
        .filter((_, i) => model.states[i]!.role === role)
        .reduce((sum, state) => sum + state.words, 0);
    expect(parameters).to.deep.equal({
      trained: words("parameter"),
      frozen: words("frozen"),
      optimiser: 2 * words("parameter"),
    });
    expect(Object.values(operators).reduce((a, b) => a + b)).to.equal(model.program.operators.length);
    expect(work.forward + work.backward + work.update).to.equal(workUnitsPerStep(model.program));
    for (const part of Object.values(work)) expect(part > 0n).to.equal(true);
    expect(memory.liveOutputs).to.be.within(1, memory.outputs);
    const states = model.program.states.reduce((sum, state) => sum + state.words * 4, 0);
    expect(memory.states).to.be.at.least(2 * states);
    expect(traceBytes).to.be.greaterThan(states);
  });

  it("names the node that each operator comes from, and the state that it makes", () => {
    const operators = explainOperators(model);
    const seen = new Set(
      operators.flatMap(({ origins }) => origins.map(({ phase, name }) => `${phase} ${name ?? ""}`)),
    );
    for (const origin of [
      "data ",
      "forward hidden",
      "forward logits",
      "loss ",
      "backward logits",
      "update hidden.weight",
    ])
      expect([...seen]).to.include(origin);
    expect(operators.every(({ origins }) => origins.length > 0)).to.equal(true);
    expect(operators.at(-2)?.state).to.equal("head.bias");
    const tanh = operators.find(({ origins }) => origins[0]?.opType === "Tanh");
    expect(tanh).to.include({ kind: "Map" });
  });
});
