import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { compileForward, evaluateBatch } from "../../engine/index.ts";
import { cases } from "./cases.ts";
import { compileCase } from "./compile-case.ts";
import { runOnnx } from "./run-onnx.ts";

const SEED = 20_261_124;
/** Greatest difference, relative to the largest logit: both round to f32, in different orders. */
const TOLERANCE = 3e-6;

describe(`outputs and shapes of nodes against onnxruntime (seed ${SEED})`, () => {
  for (const each of cases) {
    it(each.name, async () => {
      const { onnx, model, dataset, fields, batch } = compileCase(createPrng(SEED), each);
      const forward = compileForward({ onnx, batch, fields, inputs: { x: "x" } });
      const { logits } = await evaluateBatch({
        engine: "reference",
        forward,
        dataset,
        parameters: model.initialState,
      });
      const { data, dims } = await runOnnx(onnx, dataset, 0, batch);
      expect(forward.states.find(({ role }) => role === "logits")!.shape).to.deep.equal(dims);
      const expected = data as Float32Array;
      const scale = expected.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
      expect(scale).to.be.greaterThan(0);
      const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - logits[i]!)), 0);
      expect(worst / scale).to.be.lessThan(TOLERANCE);
    });
  }
});
