import type { LossRule } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

export const losses = { softmaxCrossEntropy, meanSquaredError } as const satisfies Readonly<Record<string, LossRule>>;

export type LossName = keyof typeof losses;

export const lossNames = Object.keys(losses) as readonly LossName[];
