import { withUnitAxes } from "../builder/value.ts";
import { axesOf, knownOr } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** Axes of extent 1 added, at the places that they have in the output; dx = dy without them. */
export const unsqueeze: NodeRule = {
  opType: "Unsqueeze",
  inputs: [
    { name: "data", takes: "any" },
    { name: "axes", takes: "known", optional: true },
  ],
  supports: "axes of the output, each once, known at compile time",
  attributes: ["axes"],
  opsets: "axes as an attribute up to 12, as an input from 13 on",
  lower(node) {
    const x = node.input(0);
    const named = knownOr(node, 1, "axes") ?? node.refuse("no axes");
    const rank = x.shape.length + named.length;
    const axes = axesOf(node, named, rank);
    let next = 0;
    const shape = Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : (x.shape[next++] as number)));
    return { outputs: [withUnitAxes(x, shape)], gradient: (dy) => [withUnitAxes(dy, x.shape)] };
  },
};
