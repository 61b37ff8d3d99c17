import type { Fold } from "../../program/types.ts";
import { product } from "../graph.ts";
import { extentsOf, type Builder } from "./builder.ts";
import { operandOf, permute, withShape, withUnitAxes, type Value } from "./value.ts";
import { contiguous, reshape, withRun } from "./view.ts";

/** Runs longer than this are folded in blocks first. */
const LONGEST = 512;
const BLOCK = 256;

function folded(b: Builder, fn: Fold["fn"], values: readonly Value[]): Value {
  const [{ shape }] = values as [Value];
  const extents = shape.slice(0, -1);
  const n = shape.at(-1) as number;
  const operands = values.map((value) => operandOf(withRun(b, value), extents.length));
  if (n <= LONGEST)
    return b.emit({ kind: "Fold", fn, dtype: "f32", extents: extentsOf(extents), operands, k: n, l: 0 }, extents);
  const blocked = operands.map((each) => ({ ...each, strides: [...each.strides.slice(0, extents.length), BLOCK] }));
  const blocks = [...extents, Math.ceil(n / BLOCK)];
  const parts = b.emit({ kind: "Fold", fn, dtype: "f32", extents: blocks, operands: blocked, k: BLOCK, l: n });
  return folded(b, fn === "dot" ? "sum" : fn, [parts]);
}

/** Sum or maximum over the last axis: [..., n] → [...]. */
export function fold(b: Builder, fn: "sum" | "max", value: Value): Value {
  return folded(b, fn, [value]);
}

/** Σ x·y over the last axis of values of one shape: [..., n] → [...]. ROUNDS: each product, then as the sum. */
export function foldProduct(b: Builder, x: Value, y: Value): Value {
  return folded(b, "dot", [x, y]);
}

/** Undoes a broadcast: sums over the axes along which `shape` was repeated. ORDER: row-major over those axes. */
export function sumTo(b: Builder, value: Value, shape: readonly number[]): Value {
  return foldTo(b, "sum", value, shape);
}

/** Sum or maximum over the axes along which `shape` is 1, or which it lacks. ORDER: row-major over those axes. */
export function foldTo(b: Builder, fn: "sum" | "max", value: Value, shape: readonly number[]): Value {
  const missing = value.shape.length - shape.length;
  const axes = value.shape.map((_, axis) => axis);
  const summed = axes.filter((axis) => (shape[axis - missing] ?? 1) === 1 && value.shape[axis] !== 1);
  if (summed.length === 0) return withUnitAxes(value, shape);
  const kept = axes.filter((axis) => !summed.includes(axis));
  const lengths = kept.map((axis) => value.shape[axis] as number);
  const columns = permute(value, [...kept, ...summed]);
  const run = product(summed.map((axis) => value.shape[axis] as number));
  const flat = summed.length === 1 ? columns : withShape(contiguous(b, columns), [...lengths, run]);
  return withUnitAxes(fold(b, fn, flat), shape);
}

/** A value as [rows, last axis], the leading axes made one. */
export function rowsOf(b: Builder, value: Value): Value {
  const last = value.shape.at(-1) as number;
  return reshape(b, value, [product(value.shape.slice(0, -1)), last]);
}
