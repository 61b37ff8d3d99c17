import { OperatorError } from "../common/index.ts";
import { exportAdapters, exportOnnx, exportSafetensors } from "../engine/index.ts";
import type { ArtifactStore } from "../protocol/index.ts";
import { obtainOnnx } from "./bundle.ts";
import type { TrainedModel } from "./model.ts";

/**
 * `onnx`: the submitted file with the trained parameters in it. `safetensors`: the parameters alone, under the same names. Both with
 * adapters added to their matrices. `adapters`: the adapters alone, as safetensors.
 */
export const exportFormats = ["onnx", "safetensors", "adapters"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A trained model as a file. Errors: those of `fetchArtifact`, for the ONNX file of the bundle. */
export async function exportModel(
  { terms, manifest, state }: TrainedModel,
  store: ArtifactStore,
  format: ExportFormat,
): Promise<Uint8Array> {
  const { adapters } = manifest.training;
  const exported = { states: manifest.states, ...(adapters === undefined ? {} : { adapters }) };
  if (format === "adapters") {
    if (adapters === undefined)
      throw new OperatorError("no-adapters", "This job trained no adapters; fetch the model.");
    return exportAdapters(exported, state);
  }
  if (format === "safetensors") return exportSafetensors(exported, state);
  return exportOnnx(await obtainOnnx({ base: terms.uri, store }, manifest.model.onnx), exported, state);
}
