import type { Dtype } from "../program/types.ts";

/** Element types that an ONNX tensor of ours may have; every integer type becomes i32 words. */
export interface TensorData {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Row-major elements: f32 values, or integers (int64 ones exactly, so beyond 32 bits too). */
  readonly values: Float32Array | readonly number[];
}

export type Attribute = number | string | readonly number[] | TensorData;

/** One ONNX node; optional inputs that are left out are empty strings. */
export interface Node {
  readonly name: string;
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

export interface GraphInput {
  readonly name: string;
  readonly dtype: Dtype;
  /** A string is a symbolic dimension; undefined one without a name. */
  readonly shape: readonly (number | string | undefined)[];
}

/** A forward graph in topological order, as ONNX prescribes. */
export interface Graph {
  /** Version of the default domain. */
  readonly opset: number;
  readonly nodes: readonly Node[];
  /** In the order of the file, then the copies of initialisers that are tensors of their own. */
  readonly initialisers: ReadonlyMap<string, TensorData>;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
}

export function product(numbers: readonly number[]): number {
  return numbers.reduce((result, n) => result * n, 1);
}

/** A shape in a message. */
export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
