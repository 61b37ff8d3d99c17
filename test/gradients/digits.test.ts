import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { toHex } from "../../common/index.ts";
import { compileModel, programCommitment, readCsv, stateCommitment } from "../../engine/index.ts";
import { errorsOf, plainRun, readReference, train } from "./reference.ts";

const TOLERANCE = 1e-4;
const data = process.env.PINPOINT_DATA;

function load(folder: string) {
  const onnx = readFileSync(join(folder, "models/digits-mlp.onnx"));
  const reference = readReference(folder, "digits-mlp");
  const csv = readCsv(gunzipSync(readFileSync(join(folder, "digits.csv.gz"))).toString(), {
    header: false,
    divisor: 16,
  });
  const run = plainRun(reference);
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
    const errors = errorsOf(model, losses, state, run);
    expect(errors.parameters).to.have.length(Object.keys(run.finalL2).length);
    const [lossError, parameterError] = [Math.max(...errors.losses), Math.max(...errors.parameters)];
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
