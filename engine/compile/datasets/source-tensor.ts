import { OperatorError } from "../../../common/index.ts";
import type { Bytes, Sliced } from "../../../common/index.ts";
import type { Dtype } from "../../program/types.ts";

export type Values = Float32Array | Int32Array;

/** Values that stay in their file until they are asked for. */
export interface StreamedValues extends Sliced<Values> {
  readonly dtype: Dtype;
}

/** A tensor as a file holds it: floats rounded to f32, integers as i32. The first axis counts the samples. */
export interface SourceTensor {
  readonly shape: readonly number[];
  readonly values: Values | StreamedValues;
}

export function dtypeOf({ values }: SourceTensor): Dtype {
  if (values instanceof Float32Array) return "f32";
  return values instanceof Int32Array ? "i32" : values.dtype;
}

/** Element types of files. */
export type ElementType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "i64" | "f32" | "f64" | "bool";

export const elementBytes: Readonly<Record<ElementType, number>> = {
  u8: 1,
  i8: 1,
  bool: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  i64: 8,
  f64: 8,
};

export function refuseData(name: string, what: string, facts: Record<string, unknown> = {}): never {
  throw new OperatorError("data-malformed", `${name}: ${what}.`, { name, ...facts });
}

type Reader = (view: DataView, offset: number, little: boolean) => number;

const readers: Readonly<Record<ElementType, Reader>> = {
  u8: (view, offset) => view.getUint8(offset),
  bool: (view, offset) => Number(view.getUint8(offset) !== 0),
  i8: (view, offset) => view.getInt8(offset),
  u16: (view, offset, little) => view.getUint16(offset, little),
  i16: (view, offset, little) => view.getInt16(offset, little),
  u32: (view, offset, little) => view.getUint32(offset, little),
  i32: (view, offset, little) => view.getInt32(offset, little),
  i64: (view, offset, little) => Number(view.getBigInt64(offset, little)),
  f32: (view, offset, little) => view.getFloat32(offset, little),
  f64: (view, offset, little) => view.getFloat64(offset, little),
};

/** Some elements, of which the first is number `first` of its tensor. */
function decode(bytes: Uint8Array, type: ElementType, little: boolean, name: string, first: number): Values {
  const size = elementBytes[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type];
  const count = bytes.length / size;
  const values = isFloat(type) ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * size, little);
    values[i] = value;
    if (values instanceof Int32Array && values[i] !== value)
      refuseData(name, `element ${first + i} is ${value}, which 32 bits do not hold`);
  }
  return values;
}

function isFloat(type: ElementType): boolean {
  return type === "f32" || type === "f64";
}

/** The elements of a tensor, row-major from the start of `bytes`, which hold them and nothing else. Those of a file stay there. */
export function readElements(
  bytes: Bytes,
  type: ElementType,
  shape: readonly number[],
  little: boolean,
  name: string,
): SourceTensor {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const size = elementBytes[type];
  if (count * size !== bytes.length)
    refuseData(
      name,
      `shape [${shape.join(", ")}] needs ${count * size} bytes of elements, but there are ${bytes.length}`,
    );
  if (count >= 2 ** 31) refuseData(name, `a tensor of ${count} elements is too large`);
  if (bytes instanceof Uint8Array) return { shape, values: decode(bytes, type, little, name, 0) };
  const subarray = (start: number, end: number) =>
    decode(bytes.subarray(start * size, end * size), type, little, name, start);
  return { shape, values: { length: count, dtype: isFloat(type) ? "f32" : "i32", subarray } };
}
