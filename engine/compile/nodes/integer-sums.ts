import type { Builder } from "../builder/builder.ts";
import { call, map, operand } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";

/** Sums of integers by f32, which has no rounding while they stay within ±2²⁴: no operator adds up integers. */
export function bySums(b: Builder, x: Value, sum: (value: Value) => Value): Value {
  const floats = map(b, "f32", [x], call("itof", operand(0)));
  return map(b, "i32", [sum(floats)], call("ftoi", operand(0)));
}
