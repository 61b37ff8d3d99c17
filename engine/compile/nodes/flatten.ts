import { product } from "../graph.ts";
import { reshape } from "../builder/view.ts";
import type { NodeRule } from "./rule.ts";

/** The axes before `axis` made one, and those from it on; dx = dy under x's shape. */
export const flatten: NodeRule = {
  opType: "Flatten",
  inputs: [{ name: "input", takes: "any" }],
  supports: "an axis between −rank and rank",
  attributes: ["axis"],
  lower(node) {
    const x = node.input(0);
    const axis = node.number("axis", 1);
    const rank = x.shape.length;
    if (axis < -rank || axis > rank) node.refuse(`axis = ${axis}`, { attribute: "axis" });
    const cut = axis < 0 ? axis + rank : axis;
    const y = reshape(node.builder, x, [product(x.shape.slice(0, cut)), product(x.shape.slice(cut))]);
    return { outputs: [y], gradient: (dy) => [reshape(node.builder, dy, x.shape)] };
  },
};
