import { call } from "../builder/map.ts";
import { elementwiseLoss, sign } from "./elementwise.ts";
import type { LossRule } from "./loss.ts";

/** |y − t|, mean over all elements; its slope at 0 is 0. SPEC: torch.nn.L1Loss. */
export const meanAbsoluteError: LossRule = (b, outputs, targets) =>
  elementwiseLoss(
    b,
    outputs,
    targets,
    (y, t) => call("abs", call("sub", y, t)),
    (y, t) => sign(call("sub", y, t)),
  );
