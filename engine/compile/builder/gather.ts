import type { Operand } from "../../program/types.ts";
import { product } from "../graph.ts";
import type { Builder } from "./builder.ts";
import { pieces } from "./dot.ts";
import { broadcastTo, insertAxis, operandOf, permute, type Value } from "./value.ts";
import { withRun } from "./view.ts";

/**
 * Elements of `table` that `index` (i32, of the output's shape or broadcast to it) names along an axis: the output is the table with
 * the axis as long as the index's. An index outside the table reads zeros.
 */
export function gatherAlong(b: Builder, table: Value, axis: number, index: Value): Value {
  const rank = table.shape.length;
  const extents = table.shape.with(axis, index.shape[axis - rank + index.shape.length] as number);
  const start = { ...table, shape: extents, strides: table.strides.with(axis, 0) };
  return b.emit({
    kind: "Gather",
    dtype: table.dtype,
    extents,
    operands: [operandOf(start), operandOf(broadcastTo(index, extents))],
    rows: table.shape[axis] as number,
    rowStride: table.strides[axis] as number,
  });
}

/** One element of each row of `table` [p, columns], named by `index` [p] (i32): [p]. */
export function pickFromRows(b: Builder, table: Value, index: Value): Value {
  const [p, columns] = table.shape as [number, number];
  return b.emit({
    kind: "Gather",
    dtype: table.dtype,
    extents: [p],
    operands: [operandOf(table, 1), operandOf(index)],
    rows: columns,
    rowStride: table.strides[1] as number,
  });
}

/** The value with `axis` last. */
function axisLast(value: Value, axis: number): Value {
  const others = value.shape.map((_, each) => each).filter((each) => each !== axis);
  return permute(value, [...others, axis]);
}

/** The gradient of `gatherAlong`: adds `source` into `rows` places of the axis by `index`, in ascending order along it. */
export function scatterAlong(b: Builder, source: Value, axis: number, index: Value, rows: number): Value {
  const extents = source.shape.with(axis, rows);
  const run = (value: Value): Operand => {
    const { strides, ...rest } = withRun(b, axisLast(value, axis));
    return operandOf({ ...rest, shape: extents, strides: strides.slice(0, -1).toSpliced(axis, 0, 0) });
  };
  const operands = [run(source), run(broadcastTo(index, source.shape))];
  let total: Value | undefined;
  for (const { start, length } of pieces(source.shape[axis] as number)) {
    const from = operands.map((each) => ({ ...each, offset: each.offset + start }));
    if (total !== undefined) from.push(operandOf(total));
    total = b.emit({ kind: "Scatter", dtype: "f32", extents, operands: from, axis, k: length });
  }
  return total as Value;
}

/** An index of any shape as one list that runs along `axis` of a value of `rank` axes. */
export function indexAlong(flat: Value, axis: number, rank: number): Value {
  let index = { ...flat, shape: [product(flat.shape)] } as Value;
  for (let after = axis + 1; after < rank; after++) index = insertAxis(index, index.shape.length);
  return index;
}
