import { readFileSync } from "node:fs";
import { createPrng } from "../../common/index.ts";
import { exampleClassifier, type ExampleTraining } from "../../dispute/index.ts";
import { compileModel, readText } from "../../engine/index.ts";
import { gatedModel, gatedSamples } from "../gradients/models.ts";
import { loadReference, referenceNames, titleOf } from "../gradients/reference.ts";

const seed = 20_261_125;

/** A training whose bits are compared between machines. */
export interface Training extends ExampleTraining {
  readonly name: string;
  /** Whether the reference engine, under an emulator, would take more than minutes. */
  readonly large: boolean;
}

/** The example of the repository: embedding, two dense layers, softmax cross-entropy; an update that reads the moments of the same step. */
export function nextCharacter(): ExampleTraining {
  const example = (name: string): Buffer => readFileSync(new URL(`../../examples/${name}`, import.meta.url));
  const { train } = readText(example("prose.txt").toString(), { context: 8, targets: "last", heldOut: 0.1 });
  const { program, constants, initialState } = compileModel({
    onnx: example("next-char.onnx"),
    batch: 32,
    fields: train.fields,
    inputs: { tokens: "tokens" },
    label: "target",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "adamw", learningRate: 0.01 },
    schedule: { kind: "cosine", steps: 20 },
    clip: { by: "norm", limit: 1 },
  });
  return { program, constants, dataset: train.dataset, start: initialState };
}

function gatedPerceptron(): ExampleTraining {
  const { dataset, fields } = gatedSamples(seed, 200);
  const { program, constants, initialState } = compileModel({
    onnx: gatedModel(createPrng(seed)),
    batch: 16,
    fields,
    inputs: { x: "x" },
    label: "label",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "sgd", learningRate: 0.1 },
  });
  return { program, constants, dataset, start: initialState };
}

/** Models exported from PyTorch, with each of their optimisers: files of the folder that PINPOINT_DATA names. */
function exported(data: string): Training[] {
  return referenceNames.flatMap((name) => {
    const { reference, samples, compile } = loadReference(data, name);
    return reference.runs.map((run) => {
      const { program, constants, initialState: start } = compile(run);
      return { name: `${name}, ${titleOf(run)}`, program, constants, dataset: samples.dataset, start, large: true };
    });
  });
}

/** Every operator kind, and most Map functions, among them; the exported ones where `data` names their folder. */
export function trainings(data?: string): Training[] {
  return [
    { name: "classifier", ...exampleClassifier(seed), large: false },
    { name: "next character", ...nextCharacter(), large: false },
    { name: "gated perceptron", ...gatedPerceptron(), large: false },
    ...(data === undefined ? [] : exported(data)),
  ];
}
