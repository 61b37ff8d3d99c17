import type { Guard, Operand, View } from "../../program/types.ts";
import { collapse, regroup } from "../passes/regroup.ts";
import { extentsOf, type Builder } from "./builder.ts";
import { isContiguous, operandOf, permute, withShape, type Value } from "./value.ts";

/** The View that copies a strided value into row-major order, by the fewest axes: equal copies of other shapes are equal records. */
export function copyOf(value: Value): View {
  const operand = operandOf(value);
  const { extents, strides } = collapse([operand.strides], extentsOf(value.shape));
  const axes = extents.length === 0 ? { extents: [1], strides: [0] } : { extents, strides: strides[0] as number[] };
  return {
    kind: "View",
    dtype: value.dtype,
    extents: axes.extents,
    operands: [{ ...operand, strides: axes.strides }],
    guards: [[]],
    fill: 0,
  };
}

/** The same elements in row-major order; a View only where they are not. */
export function contiguous(b: Builder, value: Value): Value {
  return isContiguous(value) ? value : b.emit(copyOf(value), value.shape);
}

/** The same elements in the same order under another shape; a View only where strides cannot read them so. */
export function reshape(b: Builder, value: Value, shape: readonly number[]): Value {
  const strides = regroup(value.strides, value.shape, shape);
  if (strides !== undefined) return { ...value, shape, strides };
  return withShape(contiguous(b, value), shape);
}

/** The same value with the last axis a run of consecutive words. Axes that broadcast are not copied out. */
export function withRun(b: Builder, value: Value): Value {
  const last = value.shape.length - 1;
  if (value.strides[last] === 1 || value.shape[last] === 1) return value;
  const kept = value.shape.map((_, axis) => axis).filter((axis) => axis === last || value.strides[axis] !== 0);
  const source = permute(value, kept);
  const copy = b.emit(copyOf(source), source.shape);
  const strides = value.shape.map(() => 0);
  kept.forEach((axis, i) => (strides[axis] = copy.strides[i] as number));
  return { ...copy, shape: value.shape, strides };
}

/** Most pieces of one View, and most guards of a piece. SPEC: spec/program.md. */
const maxPieces = 4;
const maxGuards = 3;

/** Where a value lies along an axis of a longer one: element i at start + i·step. */
export interface Placement {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  /** Of the longer axis. */
  readonly extent: number;
}

/** A piece of a View that reads the value where its placements put it. */
function pieceOf(
  value: Value,
  placements: readonly Omit<Placement, "extent">[],
): { operand: Operand; guards: Guard[] } {
  const operand = operandOf(value);
  const guards = placements.map(({ axis, start, step }) => ({
    offset: 0 - start,
    coefficients: value.shape.map((_, other) => Number(other === axis)),
    divisor: step,
    bound: value.shape[axis] as number,
    stride: operand.strides[axis] as number,
  }));
  const strides = operand.strides.map((stride, axis) => (placements.some((each) => each.axis === axis) ? 0 : stride));
  return { operand: { ...operand, strides }, guards };
}

/** The value among zeros (or other words of the bits `fill`), where its placements put it: the gradient of a slice. */
export function spread(b: Builder, value: Value, placements: readonly Placement[], fill = 0): Value {
  if (placements.length === 0) return value;
  const now = placements.slice(0, maxGuards);
  const { operand, guards } = pieceOf(value, now);
  const extents = now.reduce((shape, { axis, extent }) => shape.with(axis, extent), [...value.shape]);
  const out = b.emit({ kind: "View", dtype: value.dtype, extents, operands: [operand], guards: [guards], fill });
  return spread(b, out, placements.slice(maxGuards), fill);
}

/** Values one after the other along an axis; their other extents are the same. */
export function concat(b: Builder, values: readonly Value[], axis: number): Value {
  const [first] = values as readonly [Value, ...Value[]];
  if (values.length === 1) return first;
  if (values.length > maxPieces) {
    const groups = Array.from({ length: Math.ceil(values.length / maxPieces) }, (_, i) =>
      values.slice(i * maxPieces, (i + 1) * maxPieces),
    );
    return concat(
      b,
      groups.map((group) => concat(b, group, axis)),
      axis,
    );
  }
  let extent = 0;
  const pieces = values.map((value) => {
    const piece = pieceOf(value, [{ axis, start: extent, step: 1 }]);
    extent += value.shape[axis] as number;
    return piece;
  });
  return b.emit({
    kind: "View",
    dtype: first.dtype,
    extents: first.shape.with(axis, extent),
    operands: pieces.map(({ operand }) => operand),
    guards: pieces.map(({ guards }) => guards),
    fill: 0,
  });
}
