import { expect } from "chai";
import { toHex } from "../../common/index.ts";
import { programCommitment, stateCommitment } from "../../engine/index.ts";
import { errorsOf, loadReference, referenceNames, titleOf, train } from "./reference.ts";

/** Relative, of the loss at every step and of the lengths of the parameters at the end. */
const TOLERANCE = 1e-4;
const data = process.env.PINPOINT_DATA;

describe("models exported from PyTorch, trained here and there", function () {
  this.timeout(240_000);
  if (data === undefined) {
    it.skip(`losses and parameters of ${referenceNames.length} models: PINPOINT_DATA names no folder`);
    return;
  }
  for (const name of referenceNames) {
    describe(name, () => {
      const { reference, samples, compile } = loadReference(data, name);
      for (const run of reference.runs) {
        it(`${titleOf(run)}, ${reference.steps} steps`, async function () {
          const model = compile(run);
          const { losses, state, stepMs } = await train("wasm", model, samples.dataset, reference.steps);
          const errors = errorsOf(model, losses, state, run);
          const [loss, length] = [Math.max(...errors.losses), Math.max(...errors.parameters)];
          const greatest = `greatest relative errors ${loss.toExponential(1)}, ${length.toExponential(1)}`;
          this.test!.title += ` (${model.program.operators.length} operators, ${stepMs.toFixed(0)} ms a step, ${greatest})`;
          expect(errors.losses).to.have.length(reference.steps);
          expect(errors.parameters).to.have.length(Object.keys(run.finalL2).length);
          expect(loss).to.be.lessThan(TOLERANCE);
          expect(length).to.be.lessThan(TOLERANCE);
        });
      }
    });
  }

  it("digits-mlp ends in one state root, compiled and run twice by each engine", async () => {
    const { reference, samples, compile } = loadReference(data, "digits-mlp");
    const programs = new Set<string>();
    const roots = new Set<string>();
    for (const engine of ["reference", "wasm", "reference", "wasm"] as const) {
      const model = compile(reference.runs[0]!);
      programs.add(toHex(programCommitment(model.program).root));
      const { state } = await train(engine, model, samples.dataset, reference.steps);
      roots.add(toHex(stateCommitment(state, model.program).root));
    }
    expect([programs.size, roots.size]).to.deep.equal([1, 1]);
  });
});
