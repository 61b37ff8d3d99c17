import { OperatorError } from "../../../common/index.ts";
import { call, f32 } from "../builder/map.ts";
import { elementwiseLoss } from "./elementwise.ts";
import type { LossRule } from "./loss.ts";

/**
 * With a = |y − t|: a < delta ? (½·a)·a : delta·(a − ½·delta), mean over all elements. The slope is y − t between −delta and delta.
 * SPEC: torch.nn.HuberLoss.
 */
export const huber: LossRule = (b, outputs, targets, { delta = 1 }) => {
  if (!(Math.fround(delta) > 0 && Number.isFinite(Math.fround(delta))))
    throw new OperatorError("setting-invalid", `The delta of huber is ${delta}; give a number above 0.`, { delta });
  return elementwiseLoss(
    b,
    outputs,
    targets,
    (y, t) => {
      const a = call("abs", call("sub", y, t));
      const line = call("mul", call("sub", a, f32(delta / 2)), f32(delta));
      return call("select", call("less", a, f32(delta)), call("mul", call("mul", a, f32(0.5)), a), line);
    },
    (y, t) => call("min", call("max", call("sub", y, t), f32(-delta)), f32(delta)),
  );
};
