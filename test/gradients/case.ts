import type { LossName, NodeDescription, TensorData } from "../../engine/index.ts";

/** A small model whose gradients and outputs are compared with others'. */
export interface Case {
  readonly name: string;
  readonly batch?: number;
  /** 17 if left out. */
  readonly opset?: number;
  /** Shape of a sample of the input x, and whether it holds tokens below a bound. */
  readonly x: readonly number[];
  readonly tokens?: number;
  readonly parameters: Readonly<Record<string, readonly number[]>>;
  /** Parameters that are drawn from ½ … 1½ rather than −1 … 1. */
  readonly positive?: readonly string[];
  /** Parameters that a step moves on without a gradient. */
  readonly running?: readonly string[];
  /** Parameters that are kept as they are. */
  readonly frozen?: readonly string[];
  /** Initialisers that are no parameters: what only nodes that need it at compile time read. */
  readonly constants?: Readonly<Record<string, TensorData>>;
  /** The last node makes the logits "y". */
  readonly nodes: readonly NodeDescription[];
  /** Classes of the labels; left out where the loss is the mean squared error. */
  readonly classes?: number;
  /** Labels or targets of a sample; 1 if left out. */
  readonly positions?: number;
}

export function node(
  opType: string,
  inputs: string[],
  output: string | string[],
  attributes: NonNullable<NodeDescription["attributes"]> = {},
): NodeDescription {
  return { opType, inputs, output, attributes };
}

/** An f32 tensor. */
export function floats(shape: number[], ...values: number[]): TensorData {
  return { dtype: "f32", shape, values: Float32Array.from(values) };
}

/** A Constant of one float. */
export function float(name: string, value: number): NodeDescription {
  return node("Constant", [], name, { value: floats([], value) });
}

export function integers(values: number[]): TensorData {
  return { dtype: "i32", shape: [values.length], values };
}

/** A Constant of integers. */
export function ints(name: string, ...values: number[]): NodeDescription {
  return node("Constant", [], name, { value: integers(values) });
}

export function lossOf({ classes }: Case): LossName {
  return classes === undefined ? "meanSquaredError" : "softmaxCrossEntropy";
}
