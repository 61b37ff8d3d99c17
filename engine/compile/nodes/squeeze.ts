import { withUnitAxes } from "../builder/value.ts";
import { axesOf, knownOr } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** Axes of extent 1 removed, all of them where none is named; dx = dy with the axes put back. */
export const squeeze: NodeRule = {
  opType: "Squeeze",
  inputs: [
    { name: "data", takes: "any" },
    { name: "axes", takes: "known", optional: true },
  ],
  supports: "axes of extent 1, known at compile time",
  attributes: ["axes"],
  opsets: "axes as an attribute up to 12, as an input from 13 on",
  lower(node) {
    const x = node.input(0);
    const rank = x.shape.length;
    const named = knownOr(node, 1, "axes");
    const unit = Array.from(x.shape.keys()).filter((axis) => x.shape[axis] === 1);
    const axes = named === undefined ? unit : axesOf(node, named, rank);
    for (const axis of axes) if (x.shape[axis] !== 1) node.refuse(`axis ${axis} of extent ${x.shape[axis]}`, { axis });
    const shape = x.shape.filter((_, axis) => !axes.includes(axis));
    return { outputs: [withUnitAxes(x, shape)], gradient: (dy) => [withUnitAxes(dy, x.shape)] };
  },
};
