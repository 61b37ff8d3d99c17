import { DefectError } from "../../../common/index.ts";
import type { Dtype, Operand, Ref } from "../../program/types.ts";
import { product, shapeText } from "../graph.ts";

/**
 * A tensor as the compiler sees it: a strided read of a flat tensor, address = offset + Σ strides·coordinates in words.
 * Transposing, broadcasting and (of a contiguous value) reshaping change only the read; a View is emitted where an
 * operator needs a run that the strides do not give.
 */
export interface Value {
  readonly ref: Ref;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Row-major strides. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = Array.from(shape, () => 1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = (strides[i + 1] as number) * (shape[i + 1] as number);
  return strides;
}

export function makeValue(ref: Ref, dtype: Dtype, shape: readonly number[]): Value {
  return { ref, dtype, shape, strides: contiguousStrides(shape), offset: 0 };
}

export function isContiguous(value: Value): boolean {
  const dense = contiguousStrides(value.shape);
  return value.shape.every((extent, axis) => extent === 1 || value.strides[axis] === dense[axis]);
}

export function permute(value: Value, order: readonly number[]): Value {
  return {
    ...value,
    shape: order.map((axis) => value.shape[axis] as number),
    strides: order.map((axis) => value.strides[axis] as number),
  };
}

/** The last two axes exchanged. */
export function transpose(value: Value): Value {
  const rank = value.shape.length;
  if (rank < 2) throw new DefectError("transpose-rank", "only a value of two or more axes can be transposed", { rank });
  const order = value.shape.map((_, axis) => axis);
  return permute(value, [...order.slice(0, rank - 2), rank - 1, rank - 2]);
}

/** A new axis of extent 1 before `axis`. */
export function insertAxis(value: Value, axis: number): Value {
  return { ...value, shape: value.shape.toSpliced(axis, 0, 1), strides: value.strides.toSpliced(axis, 0, 0) };
}

/** The same elements under a shape that differs only by axes of extent 1. */
export function withUnitAxes(value: Value, shape: readonly number[]): Value {
  const strides = value.strides.filter((_, axis) => value.shape[axis] !== 1);
  let next = 0;
  return { ...value, shape, strides: shape.map((extent) => (extent === 1 ? 0 : (strides[next++] as number))) };
}

/** Elements start, start + step, … along an axis, `extent` of them. */
export function sliceAxis(value: Value, axis: number, start: number, extent: number, step = 1): Value {
  const stride = value.strides[axis] as number;
  return {
    ...value,
    offset: value.offset + start * stride,
    shape: value.shape.with(axis, extent),
    strides: value.strides.with(axis, stride * step),
  };
}

/** Broadcasts as numpy does: axes are matched from the right, extent 1 repeats. */
export function broadcastTo(value: Value, shape: readonly number[]): Value {
  const missing = shape.length - value.shape.length;
  const strides = shape.map((extent, axis) => {
    const own = value.shape[axis - missing];
    if (own === undefined || (own === 1 && extent !== 1)) return 0;
    if (own !== extent)
      throw new DefectError("broadcast", `${shapeText(value.shape)} does not broadcast to ${shapeText(shape)}`);
    return value.strides[axis - missing] as number;
  });
  return { ...value, shape, strides };
}

/** The common shape of two broadcast shapes, or undefined if they do not fit. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const x = a[axis - rank + a.length] ?? 1;
    const y = b[axis - rank + b.length] ?? 1;
    return x === y || y === 1 ? x : x === 1 ? y : Number.NaN;
  });
  return shape.some(Number.isNaN) ? undefined : shape;
}

/** A value of the same words under another shape. ASSUMES: contiguous, or only axes of extent 1 come and go. */
export function withShape(value: Value, shape: readonly number[]): Value {
  if (product(shape) !== product(value.shape))
    throw new DefectError("reshape", `${shapeText(value.shape)} is not ${shapeText(shape)}`);
  return { ...value, shape, strides: contiguousStrides(shape) };
}

/** The operand that reads `value` at the output's coordinates; strides of axes of extent 1 are 0, so equal reads are equal records. */
export function operandOf(value: Value, axes: number = value.shape.length): Operand {
  const strides = value.strides.slice(0, axes).map((stride, axis) => (value.shape[axis] === 1 ? 0 : stride));
  return { ref: value.ref, offset: value.offset, strides: axes === 0 ? [0] : strides };
}
