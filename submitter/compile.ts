import { compileModel, type CompiledModel, type NamedDataset } from "../engine/index.ts";
import type { Manifest } from "../protocol/index.ts";
import { dataOf } from "./data.ts";
import { defined } from "./defined.ts";
import type { JobSource } from "./job-source.ts";

export interface CompiledJob {
  readonly compiled: CompiledModel;
  readonly train: NamedDataset;
  readonly heldOut: NamedDataset | undefined;
  /** The parts of the manifest that the compilation decides. */
  readonly describe: Pick<Manifest, "training"> & {
    readonly model: Omit<Manifest["model"], "onnx">;
    readonly dataset: Manifest["dataset"];
  };
}

/**
 * Compiles a model and reads its dataset. Deterministic: the same source gives the same roots.
 * Errors: OperatorError, one sentence on what the model or the data lacks.
 */
export function compileJob(source: JobSource): CompiledJob {
  const { onnx, batch, optimiser, output, frozen = [] } = source;
  const data = dataOf(source);
  const { inputs, train, heldOut, dataset } = data;
  const loss = source.loss ?? data.loss;
  const label = loss === "graphOutput" ? undefined : data.label;
  const { schedule, clip, microBatches, lossSettings } = source;
  const adapters = source.adapters && { ...source.adapters, matrices: [...source.adapters.matrices] };
  const noDecay = source.noDecay && [...source.noDecay];
  const chosen = defined({ adapters, schedule, clip, microBatches, lossSettings, noDecay });
  const compared = defined({ label, output });
  const { fields } = train;
  const training = { batch, loss, optimiser, frozen: [...frozen], ...chosen };
  const compiled = compileModel({ onnx, fields, inputs, ...compared, ...training });
  return { compiled, train, heldOut, describe: { model: { inputs, ...compared }, training, dataset } };
}
