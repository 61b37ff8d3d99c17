import { product } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { broadcastTo, withUnitAxes, type Value } from "../builder/value.ts";
import { axesOf, integersIn } from "./axes.ts";
import type { NodeContext, NodeInput } from "./rule.ts";

/** What the nodes that sum over axes have in common. */
export const reductionInputs: readonly NodeInput[] = [
  { name: "data", takes: "f32" },
  { name: "axes", takes: "known", optional: true },
];
export const reductionSupports = "f32, with axes known at compile time";

export interface Reduction {
  /** The sum over the axes, in the shape that the node gives. */
  readonly sum: Value;
  /** Elements of each sum. */
  readonly count: number;
  /** A value of the sum's shape, repeated along the axes summed: the gradient. */
  readonly repeat: (value: Value) => Value;
}

/** Σ over the axes of the input or the attribute; over all where neither names any, or over none with noop_with_empty_axes. */
export function reduce(node: NodeContext): Reduction {
  const b = node.builder;
  const x = node.input(0);
  const all = Array.from(x.shape.keys());
  const otherwise = node.number("noop_with_empty_axes", 0) === 0 ? all : [];
  const named = node.known(1) ?? integersIn(node, "axes") ?? otherwise;
  const axes = axesOf(node, named, x.shape.length);
  const kept = x.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const shape = node.number("keepdims", 1) === 0 ? x.shape.filter((_, axis) => !axes.includes(axis)) : kept;
  return {
    sum: withUnitAxes(sumTo(b, x, kept), shape),
    count: product(axes.map((axis) => x.shape[axis] as number)),
    repeat: (value) => broadcastTo(withUnitAxes(value, kept), x.shape),
  };
}
