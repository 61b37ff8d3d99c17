import type { Builder } from "../builder/builder.ts";
import { call } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";
import { evaluate, type Expression } from "./expression.ts";

/** A moving average of the gradient: before·decay + gradient·(1 − decay). */
export function averaged(b: Builder, before: Value, decay: number, gradient: Expression): Value {
  return evaluate(b, (use) =>
    call("add", call("mul", use(before), use(decay)), call("mul", gradient(use), use(1 - decay))),
  );
}

/** A moving average of the gradient's square: before·decay + ((1 − decay)·gradient)·gradient. */
export function averagedSquare(b: Builder, before: Value, decay: number, gradient: Expression): Value {
  return evaluate(b, (use) => {
    const g = gradient(use);
    return call("add", call("mul", use(before), use(decay)), call("mul", call("mul", use(1 - decay), g), g));
  });
}
