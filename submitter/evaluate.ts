import { OperatorError } from "../common/index.ts";
import {
  compileEvaluation,
  compileForward,
  byteTokenizer,
  characterTokenizer,
  evaluateBatch,
  evaluateMetrics,
  parameterWords,
  readTokenizer,
  chooseEngine,
  type CompiledModel,
  type Engine,
  type EngineChoice,
  type Metrics,
  type ModelOptions,
  type Tokenizer,
} from "../engine/index.ts";
import type { ArtifactStore, Manifest } from "../protocol/index.ts";
import { obtainDataset, obtainOnnx, obtainTokenizerFile, type Source } from "./bundle.ts";
import { defined } from "./defined.ts";
import type { TrainedModel } from "./model.ts";

type TextDescription = Extract<Manifest["dataset"], { kind: "text" }>;

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
  static async create(model: TrainedModel, store: ArtifactStore, choice: EngineChoice = "best"): Promise<Inference> {
    const source = { base: model.terms.uri, store };
    const onnx = await obtainOnnx(source, model.manifest.model.onnx);
    return new Inference(model, onnx, source, await chooseEngine(choice));
  }

  #options(batch: number, fields: ModelOptions["fields"]): ModelOptions {
    const { model, training } = this.#model.manifest;
    const { inputs, output } = model;
    const { adapters: settings } = training;
    const adapters = settings && { ...settings, ...defined({ seed: settings.seed }) };
    return { onnx: this.#onnx, batch, fields, inputs, ...defined({ output, adapters }) } as ModelOptions;
  }

  #evaluation(batch: number): CompiledModel {
    const { model, training, dataset } = this.#model.manifest;
    const { loss, lossSettings } = training;
    const settings = defined({ label: model.label, lossSettings: lossSettings && defined(lossSettings) });
    return compileEvaluation({ ...this.#options(batch, dataset.fields), loss, ...settings });
  }

  /** Mean loss, and accuracy, over the held-out dataset, or over the training dataset where nothing was held out. */
  async metrics(): Promise<Metrics & { readonly on: "heldOut" | "training" }> {
    const { manifest, state } = this.#model;
    const { heldOut, samples } = manifest.dataset;
    const dataset = await obtainDataset(this.#source, heldOut ?? manifest.roots.dataset);
    const { batch: trained, microBatches = 1 } = manifest.training;
    const batch = Math.max(1, Math.min(trained / microBatches, dataset.samples || samples));
    const parameters = parameterWords(manifest, state);
    const metrics = await evaluateMetrics({
      engine: this.#engine,
      forward: this.#evaluation(batch),
      dataset,
      parameters,
    });
    return { ...metrics, on: heldOut === undefined ? "training" : "heldOut" };
  }

  async #tokenizer({ tokenizer, vocabulary }: TextDescription): Promise<Tokenizer> {
    if (tokenizer?.kind === "bytes") return byteTokenizer;
    if (tokenizer?.file === undefined) return characterTokenizer(vocabulary);
    return readTokenizer(await obtainTokenizerFile(this.#source, tokenizer.file));
  }

  /**
   * Continues a text, at each place by the most likely token. A character whose bytes are several tokens comes with the last of them.
   * Errors: OperatorError `not-a-text`, `prompt-too-short`, `character-unknown`, `tokenizer-unsupported`; those of `fetchArtifact`.
   */
  async *continueText(prompt: string, count: number): AsyncGenerator<string, void> {
    const { manifest, state } = this.#model;
    const parameters = parameterWords(manifest, state);
    const { dataset } = manifest;
    if (dataset.kind !== "text") throw new OperatorError("not-a-text", "This model was not trained on a text.");
    const { context } = dataset;
    const tokenizer = await this.#tokenizer(dataset);
    const fields = dataset.fields.filter(({ name }) => name !== manifest.model.label);
    const forward = compileForward(this.#options(1, fields));
    const width = forward.states.find(({ role }) => role === "logits")?.shape.at(-1) ?? 0;
    const tokens = [...tokenizer.encode(prompt)];
    const decoder = new TextDecoder();
    if (tokens.length < context) {
      const message = `Give at least ${context} tokens to continue, not ${tokens.length}: that is what the model looks at.`;
      throw new OperatorError("prompt-too-short", message, { context, given: tokens.length });
    }
    for (let made = 0; made < count; made++) {
      const words = Uint32Array.from(tokens.slice(-context));
      const field = { dtype: "i32" as const, words, stride: context, length: context };
      const sample = { samples: 1, fields: [field] };
      const { logits } = await evaluateBatch({ engine: this.#engine, forward, dataset: sample, parameters });
      // The head may be wider than the vocabulary.
      const last = logits.subarray(logits.length - width, logits.length - width + tokenizer.vocabulary.length);
      const token = last.reduce((best, logit, index) => (logit > last[best]! ? index : best), 0);
      tokens.push(token);
      yield decoder.decode(tokenizer.bytes(token), { stream: true });
    }
  }
}
