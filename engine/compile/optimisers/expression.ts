import type { Builder } from "../builder/builder.ts";
import { f32, map, operand, type Term } from "../builder/map.ts";
import type { Value } from "../builder/value.ts";

/** A value that is the same for a whole tensor: known when compiling (rounded to f32 where it is used), or one f32 word of the program. */
export type Scalar = number | Value;

/** How an expression names what it reads: a value becomes an operand of its Map, a number an immediate. */
export type Use = (value: Scalar) => Term;

/** An elementwise expression that does not know yet which Map it becomes part of. */
export type Expression = (use: Use) => Term;

/** One Map of an expression over f32 values that broadcast. */
export function evaluate(b: Builder, expression: Expression): Value {
  const values: Value[] = [];
  const place = (value: Value): number => {
    const known = values.indexOf(value);
    return known >= 0 ? known : values.push(value) - 1;
  };
  const term = expression((value) => (typeof value === "number" ? f32(value) : operand(place(value))));
  return map(b, "f32", values, term);
}
