import { OperatorError } from "../../../common/index.ts";

/** A tensor as a file holds it: floats rounded to f32, integers as i32. The first axis counts the samples. */
export interface SourceTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array;
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

/** The elements of a tensor, row-major from the start of `bytes`, which hold them and nothing else. */
export function readElements(
  bytes: Uint8Array,
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
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[type];
  const values = type === "f32" || type === "f64" ? new Float32Array(count) : new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const value = read(view, i * size, little);
    values[i] = value;
    if (values instanceof Int32Array && values[i] !== value)
      refuseData(name, `element ${i} is ${value}, which 32 bits do not hold`);
  }
  return { shape, values };
}
