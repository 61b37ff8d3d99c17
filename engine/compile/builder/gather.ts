import { product } from "../graph.ts";
import type { Builder } from "./builder.ts";
import { pieces } from "./dot.ts";
import { operandOf, transpose, withShape, type Value } from "./value.ts";
import { contiguous, withRun } from "./view.ts";

/** Rows of `table` [rows, width] named by `index` [p] (i32): [p, width]. An index outside the table reads zeros. */
export function gatherRows(b: Builder, table: Value, index: Value): Value {
  const [rows, width] = table.shape as [number, number];
  const [rowStride, stride] = table.strides as [number, number];
  const p = product(index.shape);
  return b.emit({
    kind: "Gather",
    dtype: table.dtype,
    extents: [p, width],
    operands: [
      { ref: table.ref, offset: table.offset, strides: [0, width === 1 ? 0 : stride] },
      operandOf({ ...index, shape: [p, width], strides: [index.strides[0] as number, 0] }),
    ],
    rows,
    rowStride,
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

/** Adds the rows of `source` [p, width] into `rows` rows by `index` [p] (i32), in ascending order: [rows, width]. */
export function scatterRows(b: Builder, source: Value, index: Value, rows: number): Value {
  const [p, width] = source.shape as [number, number];
  const columns = withRun(b, transpose(source));
  const indices = withShape(contiguous(b, index), [p]);
  let total: Value | undefined;
  for (const { start, length } of pieces(p)) {
    const run = { ref: columns.ref, offset: columns.offset + start, strides: [0, columns.strides[0] as number] };
    const operands = [run, { ref: indices.ref, offset: indices.offset + start, strides: [0, 0] }];
    if (total !== undefined) operands.push({ ...operandOf(total), strides: [...operandOf(total).strides] });
    total = b.emit({ kind: "Scatter", dtype: "f32", extents: [rows, width], operands, axis: 0, k: length });
  }
  return total as Value;
}
