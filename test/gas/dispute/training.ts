import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { OperatorError } from "../../../common/index.ts";
import type { ExampleTraining } from "../../../dispute/index.ts";
import { compileModel, readText } from "../../../engine/index.ts";
import { gptModel } from "../../../examples/index.ts";
import { explainModel } from "../../../submitter/index.ts";

/** A training whose segment is disputed. */
export interface DisputedTraining extends ExampleTraining {
  readonly name: string;
  /** Numbers that are trained. */
  readonly parameters: number;
  /** The state tensor whose only word is the loss before the step, where there is one. */
  readonly loss?: number;
}

/** Characters that the model sees, and samples of a step. */
const context = 128;
const batch = 16;

/** A text as people train on. @throws OperatorError `data-missing` */
function shakespeare(): string {
  const file = join(process.env.PINPOINT_DATA ?? "", "tinyshakespeare.txt.gz");
  if (existsSync(file)) return gunzipSync(readFileSync(file)).toString();
  const message = "Set PINPOINT_DATA to the folder that holds tinyshakespeare.txt.gz: the model is trained on it.";
  throw new OperatorError("data-missing", message, { file });
}

/** A transformer of 10 million parameters over the characters of Shakespeare, trained by AdamW. @throws OperatorError `data-missing` */
export function gptOfTenMillion(): DisputedTraining {
  const { vocabulary, train } = readText(shakespeare(), { context, targets: "each" });
  const onnx = gptModel({ vocabulary: vocabulary.length, context, width: 384, heads: 6, layers: 6 });
  const model = compileModel({
    onnx,
    batch,
    fields: train.fields,
    inputs: { tokens: "tokens" },
    label: "target",
    loss: "softmaxCrossEntropy",
    optimiser: { kind: "adamw", learningRate: 3e-4, weightDecay: 0.1 },
  });
  const { program, constants, initialState: start, states } = model;
  const { parameters } = explainModel(model, { steps: 1, grid: 1 });
  return {
    name: `GPT, 6 layers, d = 384, batch ${batch} × ${context}, AdamW, characters of Shakespeare`,
    parameters: parameters.trained,
    loss: states.findIndex(({ role }) => role === "loss"),
    program,
    constants,
    dataset: train.dataset,
    start,
  };
}
