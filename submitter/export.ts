import { exportOnnx, exportSafetensors } from "../engine/index.ts";
import type { ArtifactStore } from "../protocol/index.ts";
import { obtainOnnx } from "./bundle.ts";
import type { TrainedModel } from "./model.ts";

/** `onnx`: the submitted file with the trained parameters in it. `safetensors`: the parameters alone, under the same names. */
export const exportFormats = ["onnx", "safetensors"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A trained model as a file. Errors: those of `fetchArtifact`, for the ONNX file of the bundle. */
export async function exportModel(
  { terms, manifest, state }: TrainedModel,
  store: ArtifactStore,
  format: ExportFormat,
): Promise<Uint8Array> {
  if (format === "safetensors") return exportSafetensors(manifest, state);
  return exportOnnx(await obtainOnnx({ base: terms.uri, store }, manifest.model.onnx), manifest, state);
}
