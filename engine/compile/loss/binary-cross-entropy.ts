import { call, f32 } from "../builder/map.ts";
import { elementwiseLoss } from "./elementwise.ts";
import type { LossRule } from "./loss.ts";

/**
 * −t·log σ(x) − (1 − t)·log(1 − σ(x)) of logits x and targets t from 0 to 1, mean over all elements, as
 * (max(x, 0) − x·t) + log(1 + exp(−|x|)), which no x overflows. The slope is 1/(1 + exp(−x)) − t.
 * SPEC: torch.nn.BCEWithLogitsLoss.
 */
export const binaryCrossEntropy: LossRule = (b, outputs, targets) =>
  elementwiseLoss(
    b,
    outputs,
    targets,
    (x, t) => {
      const rest = call("log", call("add", call("exp", call("neg", call("abs", x))), f32(1)));
      return call("add", call("sub", call("max", x, f32(0)), call("mul", x, t)), rest);
    },
    (x, t) => call("sub", call("div", f32(1), call("add", call("exp", call("neg", x)), f32(1))), t),
  );
