import { withUnitAxes } from "../builder/value.ts";
import { axesOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** Axes of extent 1 added, at the places that they have in the output; dx = dy without them. */
export const unsqueeze: NodeRule = {
  opType: "Unsqueeze",
  inputs: [
    { name: "data", takes: "any" },
    { name: "axes", takes: "known" },
  ],
  supports: "axes of the output, each once, known at compile time",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const named = node.known(1) as readonly number[];
    const rank = x.shape.length + named.length;
    const axes = axesOf(node, named, rank);
    let next = 0;
    const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (x.shape[next++] as number)));
    return { outputs: [withUnitAxes(x, shape)], gradient: (dy) => [withUnitAxes(dy, x.shape)] };
  },
};
