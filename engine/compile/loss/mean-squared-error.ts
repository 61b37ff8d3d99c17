import { call, f32 } from "../builder/map.ts";
import { elementwiseLoss } from "./elementwise.ts";
import type { LossRule } from "./loss.ts";

/** (y − t)², mean over all elements. */
export const meanSquaredError: LossRule = (b, outputs, targets) =>
  elementwiseLoss(
    b,
    outputs,
    targets,
    (y, t) => {
      const difference = call("sub", y, t);
      return call("mul", difference, difference);
    },
    (y, t) => call("mul", call("sub", y, t), f32(2)),
  );
