import { floatsOf, intsOf } from "../../kernels/reference/words.ts";
import { broadcastTo, type Value } from "./value.ts";
import { product, type TensorData } from "../graph.ts";
import type { Builder } from "./builder.ts";

/** The elements as words: those of the tensor itself where they are f32. Integers beyond 32 bits (ONNX's "to the end") become the nearest i32. */
export function wordsOfTensor({ values }: TensorData): Uint32Array {
  if (values instanceof Float32Array) return new Uint32Array(values.buffer, values.byteOffset, values.length);
  const clamped = values.map((n) => Math.min(Math.max(n, -(2 ** 31)), 2 ** 31 - 1));
  return new Uint32Array(Int32Array.from(clamped).buffer);
}

/** A tensor as a constant of the program. */
export function tensorValue(b: Builder, tensor: TensorData): Value {
  return b.constant(tensor.dtype, wordsOfTensor(tensor), tensor.shape);
}

/** Zeros of a shape: one word, repeated. */
export function zeros(b: Builder, shape: readonly number[]): Value {
  return broadcastTo(b.constant("f32", new Uint32Array(1), []), shape);
}

/** Most elements of a value that is looked into at compile time. */
const MOST_KNOWN = 2 ** 20;

/** The elements of a value that reads a constant, row-major; undefined for any other, and for very many. */
export function knownNumbers(b: Builder, { ref, dtype, shape, strides, offset }: Value): number[] | undefined {
  const words = ref.space === "constant" ? b.constants[ref.index]?.words : undefined;
  if (words === undefined || product(shape) > MOST_KNOWN) return undefined;
  const along = (addresses: number[], extent: number, axis: number) =>
    addresses.flatMap((address) => Array.from({ length: extent }, (_, i) => address + i * (strides[axis] as number)));
  const numbers = dtype === "f32" ? floatsOf(words) : intsOf(words);
  return shape.reduce(along, [offset]).map((address) => numbers[address] as number);
}

/** Integers as a constant. */
export function integerValue(b: Builder, values: readonly number[], shape: readonly number[] = [values.length]): Value {
  return tensorValue(b, { dtype: "i32", shape, values });
}
