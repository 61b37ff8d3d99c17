import { rowNormalisation } from "./layer-normalization.ts";

const attributes = ["axis", "epsilon", "stash_type"];

/** y = x/√(mean of x² + ε)·scale over the last axes. */
export const rmsNormalization = rowNormalisation("RMSNormalization", false, { attributes, opsets: "from 23 on" });

/** The same under the name that onnxruntime's exporters give it. */
export const simplifiedLayerNormalization = rowNormalisation("SimplifiedLayerNormalization", false, { attributes });
