import { DefectError } from "../../../common/index.ts";
import { product, shapeText } from "../graph.ts";
import { extentsOf, type Builder } from "./builder.ts";
import { broadcastShape, broadcastTo, insertAxis, operandOf, type Value } from "./value.ts";
import { reshape, withRun } from "./view.ts";

/** Longer sums are chained through init at this length, a multiple of 256, which changes no bit and keeps judgements cheap. */
export const cut = 1024;

/** The start of each piece of a sum of `k` terms, with its length. */
export function pieces(k: number): { start: number; length: number }[] {
  return Array.from({ length: Math.ceil(k / cut) }, (_, i) => ({ start: i * cut, length: Math.min(cut, k - i * cut) }));
}

/** Σ over the last axis of x·y, plus init: x, y broadcast to [...extents, K], init to [...extents]. ROUNDS: as Dot's blocks. */
export function dot(b: Builder, x: Value, y: Value, init?: Value): Value {
  const shape = broadcastShape(x.shape, y.shape);
  if (shape === undefined || shape.length > 5)
    throw new DefectError("dot-shape", `${shapeText(x.shape)} · ${shapeText(y.shape)} is no Dot of at most four axes`);
  const extents = shape.slice(0, -1);
  const axes = extents.length;
  const runs = [x, y].map((value) => broadcastTo(withRun(b, value), shape));
  let total = init;
  for (const { start, length } of pieces(shape[axes] as number)) {
    const operands = runs.map((run) => operandOf({ ...run, offset: run.offset + start }, axes));
    if (total !== undefined) operands.push(operandOf(broadcastTo(total, extents)));
    total = b.emit({ kind: "Dot", dtype: "f32", extents: extentsOf(extents), operands, k: length }, extents);
  }
  return total as Value;
}

/** x [..., M, K] times the transpose of y [..., N, K] plus init [..., M, N], over any number of common leading axes. */
export function multiply(b: Builder, x: Value, y: Value, init?: Value): Value {
  const rank = Math.max(x.shape.length, y.shape.length);
  const lead = broadcastShape(x.shape.slice(0, -2), y.shape.slice(0, -2));
  if (lead === undefined)
    throw new DefectError("multiply-shape", `${shapeText(x.shape)} and ${shapeText(y.shape)} do not multiply`);
  const rows = x.shape.slice(-2);
  const columns = y.shape.slice(-2);
  const shape = [...lead, rows[0] as number, columns[0] as number];
  // A Dot has four output axes: more leading axes than two are made one.
  const flat = (value: Value, full: readonly number[]) =>
    rank <= 4 ? value : reshape(b, broadcastTo(value, full), [product(full.slice(0, -2)), ...full.slice(-2)]);
  const left = flat(x, [...lead, ...rows]);
  const right = flat(y, [...lead, ...columns]);
  const start = init === undefined ? undefined : flat(init, shape);
  const out = dot(b, insertAxis(left, left.shape.length - 1), insertAxis(right, right.shape.length - 2), start);
  return rank <= 4 ? out : reshape(b, out, shape);
}
