import { product, shapeText } from "../graph.ts";
import { reshape as reshaped } from "../builder/view.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** The target shape: −1 takes what is left, 0 the input's extent unless allowzero is set. */
function targetShape(node: NodeContext, from: readonly number[], wanted: readonly number[]): number[] {
  const literal = node.number("allowzero", 0) !== 0;
  const shape = wanted.map((extent, axis) =>
    extent === 0 && !literal ? (from[axis] ?? node.refuse(`0 on axis ${axis}`)) : extent,
  );
  const open = shape.indexOf(-1);
  if (open >= 0) shape[open] = product(from) / -product(shape);
  if (product(shape) !== product(from) || shape.some((extent) => !Number.isInteger(extent) || extent < 1))
    node.refuse(`${shapeText(from)} to ${shapeText(wanted)}`);
  return shape;
}

/** The same words under another shape; dx = dy under x's. */
export const reshape: NodeRule = {
  opType: "Reshape",
  inputs: [
    { name: "data", takes: "any" },
    { name: "shape", takes: "known" },
  ],
  supports: "a shape known at compile time that keeps the number of elements",
  attributes: ["allowzero"],
  opsets: "allowzero from 14 on",
  lower(node) {
    const x = node.input(0);
    const y = reshaped(node.builder, x, targetShape(node, x.shape, node.known(1) as readonly number[]));
    return { outputs: [y], gradient: (dy) => [reshaped(node.builder, dy, x.shape), undefined] };
  },
};
