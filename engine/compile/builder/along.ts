import type { Builder } from "./builder.ts";
import { multiply } from "./dot.ts";
import { rowsOf } from "./fold.ts";
import { permute, withShape, type Value } from "./value.ts";

/** A matrix [m, n] times every run of n along an axis of the value: the axis becomes m. */
export function alongAxis(b: Builder, value: Value, axis: number, matrix: Value): Value {
  const rank = value.shape.length;
  const others = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis);
  const rows = rowsOf(b, permute(value, [...others, axis]));
  const extents = [...others.map((each) => value.shape[each] as number), matrix.shape[0] as number];
  const products = withShape(multiply(b, rows, matrix), extents);
  return permute(products, Array.from({ length: rank - 1 }, (_, i) => i).toSpliced(axis, 0, rank - 1));
}
