import type { Builder } from "../builder/builder.ts";
import type { Value } from "../builder/value.ts";

export interface Loss {
  /** The mean over all that is compared: a scalar. */
  readonly value: Value;
  /** Gradient of the mean with respect to the outputs, in their shape. */
  readonly gradient: Value;
}

/** What some losses let one choose. */
export interface LossSettings {
  /** softmaxCrossEntropy: positions with this label count for nothing. All count if left out. */
  readonly ignoreIndex?: number;
  /** softmaxCrossEntropy: part of each target that is spread evenly over all classes, 0 up to 1; 0 if left out. */
  readonly labelSmoothing?: number;
  /** huber: the error at which the square becomes a line; 1 if left out. */
  readonly delta?: number;
}

/** Compares outputs (f32) with what a field of the dataset says of the batch. Throws the OperatorErrors `labels-mismatch`, `setting-invalid`. */
export type LossRule = (b: Builder, outputs: Value, labels: Value, settings: LossSettings) => Loss;
