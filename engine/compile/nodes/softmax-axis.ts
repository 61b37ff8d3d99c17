import { product } from "../graph.ts";
import { permute, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import { axisOf } from "./axes.ts";
import type { NodeContext } from "./rule.ts";

/** How a softmax sees its input: with what it sums along last, and back. */
export interface LastAxis {
  readonly last: (value: Value) => Value;
  readonly back: (value: Value) => Value;
}

export const softmaxOpsets = "up to 12 over all axes from axis (1 if left out) on, from 13 on along axis (−1)";

/** The axis of Softmax and LogSoftmax: from opset 13 on it is one; before, all axes from it on are one. */
export function softmaxAxis(node: NodeContext): LastAxis {
  const { shape } = node.input(0);
  const rank = shape.length;
  const flattens = node.mode.opset < 13;
  const axis = axisOf(node, node.number("axis", flattens ? 1 : -1), rank);
  if (flattens) {
    const flat = [product(shape.slice(0, axis)), product(shape.slice(axis))];
    const b = node.builder;
    return { last: (value) => reshape(b, value, flat), back: (value) => reshape(b, value, shape) };
  }
  const others = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis);
  const order = Array.from({ length: rank - 1 }, (_, i) => i).toSpliced(axis, 0, rank - 1);
  return { last: (value) => permute(value, [...others, axis]), back: (value) => permute(value, order) };
}
