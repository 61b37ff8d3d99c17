import { product } from "../graph.ts";
import { foldTo } from "../builder/fold.ts";
import { broadcastTo, withUnitAxes, type Value } from "../builder/value.ts";
import { axesOf, knownOr } from "./axes.ts";
import type { NodeContext, NodeInput } from "./rule.ts";

/** What the nodes that reduce axes have in common. */
export const reductionInputs: readonly NodeInput[] = [
  { name: "data", takes: "f32" },
  { name: "axes", takes: "known", optional: true },
];
export const reductionSupports = "f32, with axes known at compile time";
export const reductionAttributes: readonly string[] = ["axes", "keepdims", "noop_with_empty_axes"];
export const reductionOpsets = "axes as an attribute up to 17, as an input from 18 on, with noop_with_empty_axes";

export interface Reduction {
  /** A value of x's shape folded over the axes: extent 1 in their place. */
  readonly fold: (value: Value, fn?: "sum" | "max") => Value;
  /** Elements of each. */
  readonly count: number;
  /** A folded value in the shape that the node gives. */
  readonly shaped: (value: Value) => Value;
  /** A value of the node's shape with extent 1 in the place of the axes: of the gradient, what broadcasts to x. */
  readonly kept: (value: Value) => Value;
  /** The same, repeated along the axes. */
  readonly repeat: (value: Value) => Value;
}

/** The axes of the input or the attribute; all where neither names any, or none with noop_with_empty_axes. */
export function reductionOf(node: NodeContext): Reduction {
  const b = node.builder;
  const { shape } = node.input(0);
  const all = Array.from(shape.keys());
  const otherwise = node.number("noop_with_empty_axes", 0) === 0 ? all : [];
  const axes = axesOf(node, knownOr(node, 1, "axes") ?? otherwise, shape.length);
  const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const given = node.number("keepdims", 1) === 0 ? shape.filter((_, axis) => !axes.includes(axis)) : kept;
  return {
    fold: (value, fn = "sum") => foldTo(b, fn, value, kept),
    count: product(axes.map((axis) => shape[axis] as number)),
    shaped: (value) => withUnitAxes(value, given),
    kept: (value) => withUnitAxes(value, kept),
    repeat: (value) => broadcastTo(withUnitAxes(value, kept), shape),
  };
}
