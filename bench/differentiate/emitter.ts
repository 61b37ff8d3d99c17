import type { NodeDescription, TensorData } from "../../engine/index.ts";

/** A tensor of the graph that is being written: f32 where nothing else is said. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
}

export const product = (extents: readonly number[]): number => extents.reduce((a, b) => a * b, 1);

/** Shape of an elementwise result. ASSUMES: shapes that broadcast. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => Math.max(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1));
}

/** Writes nodes and constants of a graph, and knows every tensor's shape. */
export class Emitter {
  readonly nodes: NodeDescription[] = [];
  readonly initialisers: Record<string, TensorData> = {};
  /** An optional input that is left out. */
  readonly none: Tensor = { name: "", shape: [] };
  #count = 0;

  /** One node with an output for each shape. */
  emitAll(
    opType: string,
    inputs: readonly Tensor[],
    shapes: readonly (readonly number[])[],
    attributes: NonNullable<NodeDescription["attributes"]> = {},
  ): Tensor[] {
    const outputs = shapes.map((shape) => ({ name: `${opType}.${this.#count++}`, shape }));
    const names = (tensors: readonly Tensor[]) => tensors.map(({ name }) => name);
    this.nodes.push({ opType, inputs: names(inputs), output: names(outputs), attributes });
    return outputs;
  }

  emit(
    opType: string,
    inputs: readonly Tensor[],
    shape: readonly number[],
    attributes: NonNullable<NodeDescription["attributes"]> = {},
  ): Tensor {
    return this.emitAll(opType, inputs, [shape], attributes)[0]!;
  }

  constant(data: TensorData): Tensor {
    const name = `constant.${this.#count++}`;
    this.initialisers[name] = data;
    return { name, shape: data.shape };
  }

  float(value: number): Tensor {
    return this.constant({ dtype: "f32", shape: [], values: Float32Array.of(value) });
  }

  integers(values: readonly number[]): Tensor {
    return this.constant({ dtype: "i32", shape: [values.length], values });
  }

  /** An elementwise node of two inputs; a number is a constant. */
  pair(opType: "Add" | "Sub" | "Mul" | "Div", a: Tensor | number, b: Tensor | number): Tensor {
    const [x, y] = [a, b].map((each) => (typeof each === "number" ? this.float(each) : each)) as [Tensor, Tensor];
    return this.emit(opType, [x, y], broadcast(x.shape, y.shape));
  }

  add = (a: Tensor | number, b: Tensor | number): Tensor => this.pair("Add", a, b);
  sub = (a: Tensor | number, b: Tensor | number): Tensor => this.pair("Sub", a, b);
  mul = (a: Tensor | number, b: Tensor | number): Tensor => this.pair("Mul", a, b);
  div = (a: Tensor | number, b: Tensor | number): Tensor => this.pair("Div", a, b);

  unary(opType: string, x: Tensor): Tensor {
    return this.emit(opType, [x], x.shape);
  }

  /** 1 where a comparison holds, else 0. onnxruntime is faster so than with Sign or Where. */
  holds(opType: "Greater" | "Equal", a: Tensor, b: Tensor): Tensor {
    return this.emit("Cast", [this.emit(opType, [a, b], a.shape)], a.shape, { to: 1 });
  }

  reshape(x: Tensor, shape: readonly number[]): Tensor {
    if (x.shape.join() === shape.join()) return x;
    return this.emit("Reshape", [x, this.integers(shape)], shape);
  }

  transpose(x: Tensor, perm: readonly number[]): Tensor {
    return this.emit(
      "Transpose",
      [x],
      perm.map((axis) => x.shape[axis]!),
      { perm },
    );
  }

  /** The last two axes exchanged. */
  turn(x: Tensor): Tensor {
    const rank = x.shape.length;
    const axes = x.shape.map((_, axis) => axis);
    return this.transpose(x, [...axes.slice(0, -2), rank - 1, rank - 2]);
  }

  /** Sums that keep the axes, of extent 1. */
  sum(x: Tensor, axes: readonly number[]): Tensor {
    const shape = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    return this.emit("ReduceSum", [x, this.integers(axes)], shape, { keepdims: 1 });
  }

  /** The mean along the last axis, which is kept. */
  mean(x: Tensor): Tensor {
    return this.emit("ReduceMean", [x], [...x.shape.slice(0, -1), 1], { axes: [-1], keepdims: 1 });
  }

  /** The gradient of a tensor of some shape that was broadcast: summed over where it was. */
  sumTo(gradient: Tensor, shape: readonly number[]): Tensor {
    const added = gradient.shape.length - shape.length;
    const axes = gradient.shape.flatMap((extent, axis) =>
      axis < added || (shape[axis - added] === 1 && extent !== 1) ? [axis] : [],
    );
    return this.reshape(axes.length === 0 ? gradient : this.sum(gradient, axes), shape);
  }

  /** All axes but the last in one. */
  rows(x: Tensor): Tensor {
    const width = x.shape.at(-1)!;
    return this.reshape(x, [product(x.shape) / width, width]);
  }

  /** 1 where a column is the row's index, else 0: [n, classes], or [classes, n] along axis 0. Indices are int64. */
  oneHot(indices: Tensor, classes: number, axis: 0 | -1): Tensor {
    const n = product(indices.shape);
    const values = this.constant({ dtype: "f32", shape: [2], values: Float32Array.of(0, 1) });
    const flat = this.reshape(indices, [n]);
    return this.emit("OneHot", [flat, this.integers([classes]), values], axis === 0 ? [classes, n] : [n, classes], {
      axis,
    });
  }
}
