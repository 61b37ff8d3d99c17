import type { Builder } from "../builder/builder.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";

export interface Sgd {
  readonly kind: "sgd";
  /** Rounded to f32. */
  readonly learningRate: number;
}

/** parameter − learningRate·gradient, elementwise in the order of the parameter's words. */
export function sgdUpdate(b: Builder, optimiser: Sgd, parameter: Value, gradient: Value): Value {
  const step = call("mul", operand(1), f32(optimiser.learningRate));
  return map(b, "f32", [parameter, gradient], call("sub", operand(0), step));
}
