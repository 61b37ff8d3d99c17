import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { huber } from "./huber.ts";
import type { LossRule } from "./loss.ts";
import { meanAbsoluteError } from "./mean-absolute-error.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

export const losses = {
  softmaxCrossEntropy,
  binaryCrossEntropy,
  meanSquaredError,
  meanAbsoluteError,
  huber,
} as const satisfies Readonly<Record<string, LossRule>>;

/** `graphOutput`: the graph computes the loss itself, as an output of one word. */
export type LossName = keyof typeof losses | "graphOutput";

export const lossNames = [...Object.keys(losses), "graphOutput"] as readonly LossName[];
