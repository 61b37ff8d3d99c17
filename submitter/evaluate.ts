import { OperatorError } from "../common/index.ts";
import {
  compileForward,
  encodeText,
  evaluateBatch,
  evaluateLoss,
  parameterWords,
  type CompiledModel,
  type Engine,
  type ForwardOptions,
} from "../engine/index.ts";
import type { ArtifactStore } from "../protocol/index.ts";
import { obtainDataset, obtainOnnx, type Source } from "./bundle.ts";
import type { TrainedModel } from "./model.ts";

/** The forward pass of a trained model, from the ONNX file of its bundle. */
export class Inference {
  readonly #model: TrainedModel;
  readonly #onnx: Uint8Array;
  readonly #source: Source;
  readonly #engine: Engine;

  private constructor(model: TrainedModel, onnx: Uint8Array, source: Source, engine: Engine) {
    this.#model = model;
    this.#onnx = onnx;
    this.#source = source;
    this.#engine = engine;
  }

  /** Errors: those of `fetchArtifact`. */
  static async create(model: TrainedModel, store: ArtifactStore, engine: Engine = "wasm"): Promise<Inference> {
    const source = { base: model.terms.uri, store };
    const onnx = await obtainOnnx(source, model.manifest.model.onnx);
    return new Inference(model, onnx, source, engine);
  }

  #forward(batch: number, fields: ForwardOptions["fields"], label?: string): CompiledModel {
    const { inputs, output } = this.#model.manifest.model;
    const outputs = output === undefined ? {} : { output };
    const labels = label === undefined ? {} : { label, loss: this.#model.manifest.training.loss };
    return compileForward({ onnx: this.#onnx, batch, fields, inputs, ...outputs, ...labels });
  }

  /** Mean loss over the held-out dataset, or over the training dataset where nothing was held out. */
  async loss(): Promise<{ readonly loss: number; readonly on: "heldOut" | "training" }> {
    const { manifest, state } = this.#model;
    const { heldOut, fields, samples } = manifest.dataset;
    const dataset = await obtainDataset(this.#source, heldOut ?? manifest.roots.dataset);
    const batch = Math.max(1, Math.min(manifest.training.batch, dataset.samples || samples));
    const forward = this.#forward(batch, fields, manifest.model.label);
    const loss = await evaluateLoss({
      engine: this.#engine,
      forward,
      dataset,
      parameters: parameterWords(manifest, state),
    });
    return { loss, on: heldOut === undefined ? "training" : "heldOut" };
  }

  /**
   * Continues a text, at each place by the most likely character.
   * Errors: OperatorError `not-a-text`, `prompt-too-short`, `character-unknown`.
   */
  async *continueText(prompt: string, characters: number): AsyncGenerator<string, void> {
    const { manifest, state } = this.#model;
    const parameters = parameterWords(manifest, state);
    const { dataset } = manifest;
    if (dataset.kind !== "text") throw new OperatorError("not-a-text", "This model was not trained on a text.");
    const { context, vocabulary } = dataset;
    const fields = dataset.fields.filter(({ name }) => name !== manifest.model.label);
    const forward = this.#forward(1, fields);
    const tokens = [...encodeText(prompt, vocabulary)];
    if (tokens.length < context) {
      const message = `Give at least ${context} characters to continue: that is what the model looks at.`;
      throw new OperatorError("prompt-too-short", message, { context, given: tokens.length });
    }
    for (let made = 0; made < characters; made++) {
      const words = Uint32Array.from(tokens.slice(-context));
      const field = { dtype: "i32" as const, words, stride: context, length: context };
      const sample = { samples: 1, fields: [field] };
      const { logits } = await evaluateBatch({ engine: this.#engine, forward, dataset: sample, parameters });
      const last = logits.subarray(-vocabulary.length);
      const token = last.reduce((best, logit, index) => (logit > last[best]! ? index : best), 0);
      tokens.push(token);
      yield vocabulary[token] ?? "";
    }
  }
}
