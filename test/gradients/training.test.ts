import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { compileEvaluation, createExecutor, evaluateMetrics, parameterWords } from "../../engine/index.ts";
import type { Engine, State } from "../../engine/index.ts";
import { floats, node, type Case } from "./case.ts";
import { compileCase, type CompiledCase } from "./compile-case.ts";
import { cases } from "./cases.ts";
import { numbersOf } from "./double.ts";

const SEED = 20_261_127;

async function stepped(engine: Engine, { model, dataset }: CompiledCase, step = 0, seed = 0): Promise<State> {
  const executor = await createExecutor(engine, { program: model.program, constants: model.constants, dataset });
  executor.setState(model.initialState);
  executor.step({ step, seed, order: "sequential" });
  return executor.getState();
}

describe(`a step of every node (seed ${SEED})`, () => {
  it(`has the same words by both engines (${cases.length} models)`, async () => {
    for (const each of cases) {
      const compiled = compileCase(createPrng(SEED), each);
      const [reference, wasm] = [await stepped("reference", compiled, 3, 5), await stepped("wasm", compiled, 3, 5)];
      expect(wasm, each.name).to.deep.equal(reference);
    }
  });
});

/** x [batch, 2, 3] normalised by channel, and its flat elements the outputs. */
const normalised: Case = {
  name: "running statistics",
  batch: 3,
  x: [2, 3],
  parameters: { gain: [2], shift: [2], mean: [2], variance: [2] },
  positive: ["variance"],
  running: ["mean", "variance"],
  nodes: [
    node("BatchNormalization", ["x", "gain", "shift", "mean", "variance"], "n", { momentum: { float: 0.75 } }),
    node("Flatten", ["n"], "y"),
  ],
  positions: 6,
};

describe(`batch normalisation in training (seed ${SEED})`, () => {
  const compiled = compileCase(createPrng(SEED), normalised);
  const { model, dataset, onnx, fields, batch } = compiled;
  const place = (name: string) => model.states.findIndex((state) => state.name === name);

  it("moves the running statistics on as PyTorch does: a quarter of the batch's, the variance unbiased", async () => {
    const next = await stepped("wasm", compiled);
    const x = numbersOf(dataset.fields[0]!.words, "f32");
    for (const channel of [0, 1]) {
      const values = [...x].filter((_, i) => Math.floor(i / 3) % 2 === channel);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
      const was = (name: string) => numbersOf(model.initialState[place(name)]!, "f32")[channel]!;
      const is = (name: string) => numbersOf(next[place(name)]!, "f32")[channel]!;
      expect(is("mean")).to.be.closeTo(0.75 * was("mean") + 0.25 * mean, 1e-6);
      expect(is("variance")).to.be.closeTo(0.75 * was("variance") + 0.25 * variance, 1e-6);
    }
  });

  it("moves them on twice where the layer is used twice", async () => {
    const inputs = ["gain", "shift", "mean", "variance"];
    const nodes = [
      node("Neg", ["x"], "negative"),
      node("BatchNormalization", ["x", ...inputs], "a", { momentum: { float: 0.75 } }),
      node("BatchNormalization", ["negative", ...inputs], "b", { momentum: { float: 0.75 } }),
      node("Add", ["a", "b"], "n"),
      node("Flatten", ["n"], "y"),
    ];
    const twice = compileCase(createPrng(SEED), { ...normalised, nodes });
    const next = await stepped("wasm", twice);
    const x = numbersOf(dataset.fields[0]!.words, "f32");
    const values = [...x].filter((_, i) => Math.floor(i / 3) % 2 === 0);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const was = numbersOf(model.initialState[place("mean")]!, "f32")[0]!;
    const once = 0.75 * was + 0.25 * mean;
    expect(numbersOf(next[place("mean")]!, "f32")[0]!).to.be.closeTo(0.75 * once - 0.25 * mean, 1e-6);
  });

  it("trains by the batch's statistics, and is used by the running ones", async () => {
    const loss = numbersOf((await stepped("wasm", compiled)).at(-1)!, "f32")[0]!;
    const forward = compileEvaluation({
      onnx,
      batch,
      fields,
      inputs: { x: "x" },
      label: "label",
      loss: "meanSquaredError",
    });
    const parameters = parameterWords(model, model.initialState);
    const used = await evaluateMetrics({ engine: "wasm", forward, dataset, parameters });
    expect(Math.abs(used.loss - loss)).to.be.greaterThan(1e-3);
  });
});

describe("the forms of training exports", () => {
  for (const [opset, outputs] of [
    [17, ["n", "newMean", "newVariance"]],
    [12, ["n", "newMean", "newVariance", "savedMean", "savedVariance"]],
  ] as const)
    it(`batch normalisation with ${outputs.length} outputs (opset ${opset}) trains as with one`, async () => {
      const attributes = { momentum: { float: 0.75 }, ...(opset === 17 ? { training_mode: 1 } : {}) };
      const inputs = ["x", "gain", "shift", "mean", "variance"];
      const nodes = [node("BatchNormalization", inputs, [...outputs], attributes), node("Flatten", ["n"], "y")];
      const exported = await stepped("wasm", compileCase(createPrng(SEED), { ...normalised, opset, nodes }));
      expect(exported).to.deep.equal(await stepped("wasm", compileCase(createPrng(SEED), normalised)));
    });

  it("dropout drops where training_mode is 1, and where it is 0 does not", () => {
    const streams = (mode: number) => {
      const nodes = [
        node("Constant", [], "ratio", { value: floats([], 0.5) }),
        node("Constant", [], "mode", { value: { dtype: "i32", shape: [], values: [mode] } }),
        node("Mul", ["x", "w"], "m"),
        node("Dropout", ["m", "ratio", "mode"], ["y", "mask"]),
      ];
      const { program } = compileCase(createPrng(SEED), { ...dropped, nodes }).model;
      return program.operators.filter((each) => "stream" in each).length;
    };
    expect([streams(1), streams(0)]).to.deep.equal([1, 0]);
  });
});

/** x [batch, 500] through two dropouts, one after the other, times w. */
const dropped: Case = {
  name: "dropouts",
  batch: 8,
  x: [500],
  parameters: { w: [500] },
  nodes: [node("Mul", ["x", "w"], "m"), node("Dropout", ["m"], "a"), node("Dropout", ["a"], "y")],
  positions: 500,
};

describe(`dropout in training (seed ${SEED})`, () => {
  const compiled = compileCase(createPrng(SEED), dropped);
  const { program } = compiled.model;

  it("has a stream of random bits for each use", () => {
    const streams = program.operators.flatMap((each) => ("stream" in each ? [each.stream] : []));
    expect(streams).to.deep.equal([0, 1]);
  });

  it("drops the same in a replay, other elements in another step and under another seed", async () => {
    const [first, again, later, other] = await Promise.all([
      stepped("wasm", compiled, 2, 9),
      stepped("reference", compiled, 2, 9),
      stepped("wasm", compiled, 3, 9),
      stepped("wasm", compiled, 2, 8),
    ]);
    expect(first).to.deep.equal(again);
    expect(first[0]).to.not.deep.equal(later![0]);
    expect(first[0]).to.not.deep.equal(other![0]);
  });

  it("drops as many as the ratio says, and scales the rest", async () => {
    const masks = program.operators.findIndex(({ kind }) => kind === "Map");
    const executor = await createExecutor("reference", {
      program,
      constants: compiled.model.constants,
      dataset: compiled.dataset,
    });
    executor.setState(compiled.model.initialState);
    let zeros = 0;
    executor.step(
      { step: 0, seed: 1, order: "sequential" },
      { onOutput: (index, words) => index === masks && (zeros = words.filter((word) => word === 0).length) },
    );
    // Both dropouts are one Map: a quarter of 4,000 elements is left, give or take six standard deviations.
    expect(4000 - zeros).to.be.within(836, 1164);
  });
});
