import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { toHex } from "../../common/index.ts";
import {
  compileModel,
  createExecutor,
  parametersIn,
  programCommitment,
  readCsv,
  stateCommitment,
} from "../../engine/index.ts";
import type { CompiledModel, Dataset, Engine, State } from "../../engine/index.ts";

interface Reference {
  readonly batch: number;
  readonly steps: number;
  readonly runs: readonly {
    readonly optimizer: string;
    readonly hyperparameters: { readonly lr: number; readonly momentum?: number };
    readonly loss: readonly number[];
    readonly finalL2: Readonly<Record<string, number>>;
  }[];
}

const TOLERANCE = 1e-4;
const data = process.env.PINPOINT_DATA;

/** The reference's samples are `(step · batch + i) mod samples`: the sequential order. */
async function train(engine: Engine, model: CompiledModel, dataset: Dataset, steps: number) {
  const executor = await createExecutor(engine, { program: model.program, constants: model.constants, dataset });
  executor.setState(model.initialState);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    executor.step({ step, seed: 0, order: "sequential" });
    losses.push(new Float32Array(executor.getState().at(-1)!.buffer)[0]!);
  }
  return { losses, state: executor.getState() };
}

function load(folder: string) {
  const onnx = readFileSync(join(folder, "models/digits-mlp.onnx"));
  const reference = JSON.parse(readFileSync(join(folder, "models/digits-mlp.reference.json"), "utf8")) as Reference;
  const csv = readCsv(gunzipSync(readFileSync(join(folder, "digits.csv.gz"))).toString(), {
    header: false,
    divisor: 16,
  });
  const run = reference.runs.find(
    ({ optimizer, hyperparameters }) => optimizer === "sgd" && !hyperparameters.momentum,
  )!;
  const compile = () =>
    compileModel({
      onnx,
      batch: reference.batch,
      fields: csv.fields,
      inputs: { x: "features" },
      label: "label",
      loss: "softmaxCrossEntropy",
      optimiser: { kind: "sgd", learningRate: run.hyperparameters.lr },
    });
  return { compile, dataset: csv.dataset, reference, run };
}

function parameterErrors(model: CompiledModel, state: State, expected: Readonly<Record<string, number>>): number[] {
  return [...parametersIn(model, state)].map(([name, { values }]) => {
    const length = Math.sqrt([...values].reduce((sum, value) => sum + value * value, 0));
    return Math.abs(length / expected[name]! - 1);
  });
}

describe("digits-mlp, 100 steps of SGD, against PyTorch", () => {
  if (data === undefined) {
    it.skip("losses, parameters and state roots: PINPOINT_DATA names no folder (100 steps, 4 parameters, 2 engines)");
    return;
  }
  const { compile, dataset, reference, run } = load(data);
  const model = compile();
  const roots = new Set<string>();

  it("has the losses and the lengths of the parameters", async function () {
    const { losses, state } = await train("reference", model, dataset, reference.steps);
    expect(losses).to.have.length(run.loss.length);
    const lossError = Math.max(...losses.map((loss, step) => Math.abs(loss / run.loss[step]! - 1)));
    const errors = parameterErrors(model, state, run.finalL2);
    expect(errors).to.have.length(Object.keys(run.finalL2).length);
    const parameterError = Math.max(...errors);
    this.test!.title += ` (greatest relative errors ${lossError.toExponential(1)}, ${parameterError.toExponential(1)})`;
    expect(lossError).to.be.lessThan(TOLERANCE);
    expect(parameterError).to.be.lessThan(TOLERANCE);
    roots.add(toHex(stateCommitment(state, model.program).root));
  });

  for (const [engine, time] of [
    ["reference", "again"],
    ["wasm", "once"],
    ["wasm", "twice"],
  ] as const) {
    it(`ends in the same state root: ${engine}, ${time}`, async () => {
      const again = compile();
      expect(toHex(programCommitment(again.program).root)).to.equal(toHex(programCommitment(model.program).root));
      const { state } = await train(engine, again, dataset, reference.steps);
      roots.add(toHex(stateCommitment(state, again.program).root));
      expect(roots.size).to.equal(1);
    });
  }
});
