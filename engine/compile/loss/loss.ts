import type { Builder } from "../builder/builder.ts";
import type { Value } from "../builder/value.ts";

export interface Loss {
  /** The mean over all that is compared: a scalar. */
  readonly value: Value;
  /** Gradient of the mean with respect to the logits, in their shape. */
  readonly gradient: Value;
}

/** Compares the logits (f32) with what a field of the dataset says of the batch. Throws the OperatorError `labels-mismatch`. */
export type LossRule = (b: Builder, logits: Value, labels: Value) => Loss;
