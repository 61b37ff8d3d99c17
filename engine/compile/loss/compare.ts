import { OperatorError } from "../../../common/index.ts";
import { wordsOf, type Builder } from "../builder/builder.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { fieldValue, type ForwardOptions } from "../forward-graph.ts";
import { shapeText } from "../graph.ts";
import type { Loss, LossSettings } from "./loss.ts";
import { losses, type LossName } from "./losses.ts";

/** What is minimised. */
export interface LossOptions {
  readonly loss: LossName;
  readonly lossSettings?: LossSettings;
  /**
   * Name of the field that the outputs are compared with: for softmaxCrossEntropy an i32 label for every position of the logits, for
   * graphOutput none, for the others an f32 target for every element.
   */
  readonly label?: string;
}

/** The output itself, which has to be one word. */
function graphLoss(b: Builder, output: Value): Loss {
  if (output.dtype !== "f32" || wordsOf(output) !== 1)
    throw new OperatorError(
      "loss-not-scalar",
      `The output is to be the loss, but it is ${output.dtype} ${shapeText(output.shape)}: give an output of one f32 word.`,
      { shape: output.shape },
    );
  const one = b.constant("f32", Uint32Array.of(0x3f800000), []);
  return { value: withShape(contiguous(b, output), []), gradient: withShape(one, output.shape) };
}

/** The loss of a batch. Throws the OperatorErrors `labels-mismatch`, `setting-invalid`, `loss-not-scalar`, `field-unknown`. */
export function lossOf(
  b: Builder,
  fields: ForwardOptions["fields"],
  { loss, lossSettings = {}, label }: LossOptions,
  output: Value,
): Loss {
  if (loss === "graphOutput") return graphLoss(b, output);
  return losses[loss](b, output, fieldValue(b, fields, label, "The label"), lossSettings);
}
