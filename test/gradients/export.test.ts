import { expect } from "chai";
import {
  compileForward,
  compileModel,
  evaluateBatch,
  exportOnnx,
  parameterWords,
  readCsv,
  readText,
  type CompileOptions,
  type NamedDataset,
} from "../../engine/index.ts";
import { convnetModel, gptModel, shapesCsv } from "../../examples/index.ts";
import { loadReference, referenceNames, train } from "./reference.ts";
import { runOnnx } from "./run-onnx.ts";

/** Greatest difference of a logit, as a share of the greatest logit. */
const TOLERANCE = 1e-4;
const STEPS = 10;
const SEED = 20_261_128;
const data = process.env.PINPOINT_DATA;

/** A model as it is compiled, and its samples. */
interface Subject {
  readonly name: string;
  readonly options: CompileOptions;
  readonly samples: NamedDataset;
}

function gpt(): Subject {
  const text = Array.from({ length: 40 }, (_, i) => `a clause of ${i} words; `).join("");
  const { train: samples, vocabulary } = readText(text, { context: 16, targets: "each" });
  const onnx = gptModel({ vocabulary: vocabulary.length, context: 16, width: 24, heads: 3, layers: 2 });
  const optimiser = { kind: "adamw", learningRate: 0.01 } as const;
  const settings = { batch: 6, inputs: { tokens: "tokens" }, label: "target", loss: "softmaxCrossEntropy" } as const;
  return { name: "a small GPT", options: { onnx, ...settings, fields: samples.fields, optimiser }, samples };
}

function convnet(): Subject {
  const samples = readCsv(shapesCsv(60, SEED), { header: false, divisor: 9 });
  const optimiser = { kind: "sgd", learningRate: 0.1, momentum: 0.9 } as const;
  const settings = { batch: 10, inputs: { x: "features" }, label: "label", loss: "softmaxCrossEntropy" } as const;
  const options = { onnx: convnetModel(), ...settings, fields: samples.fields, optimiser };
  return { name: "a convolutional network with running statistics", options, samples };
}

function exported(): Subject[] {
  if (data === undefined) return [];
  return referenceNames.map((name) => {
    const { options, reference, samples } = loadReference(data, name);
    return { name, options: options(reference.runs.at(-1)!), samples };
  });
}

describe(`trained models as ONNX files (seed ${SEED})`, function () {
  this.timeout(120_000);
  if (data === undefined) it.skip(`${referenceNames.join(", ")}: PINPOINT_DATA names no folder`);

  for (const { name, options, samples } of [gpt(), convnet(), ...exported()]) {
    it(`${name}: the outputs of onnxruntime, and the same start state when imported again`, async function () {
      const { onnx, batch, fields, inputs } = options;
      const model = compileModel(options);
      const { state } = await train("wasm", model, samples.dataset, STEPS);
      const file = exportOnnx(onnx, model, state);

      const parameters = parameterWords(model, state);
      const forward = compileForward({ onnx, batch, fields, inputs });
      const { logits } = await evaluateBatch({ engine: "wasm", forward, dataset: samples.dataset, parameters });
      const theirs = (await runOnnx(file, samples.dataset, 0, batch)).data as Float32Array;
      const largest = theirs.reduce((most, logit) => Math.max(most, Math.abs(logit)), 0);
      const error = logits.reduce((most, logit, i) => Math.max(most, Math.abs(logit - theirs[i]!)), 0) / largest;
      this.test!.title += ` (${error.toExponential(1)})`;
      expect(theirs).to.have.length(logits.length);
      expect(error).to.be.lessThan(TOLERANCE);

      const again = compileModel({ ...options, onnx: file });
      expect(parameterWords(again, again.initialState)).to.deep.equal(parameters);
      const untouched = compileModel({ ...options, onnx: exportOnnx(onnx, model, model.initialState) });
      expect(untouched.initialState).to.deep.equal(model.initialState);
    });
  }
});
