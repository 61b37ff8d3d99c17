import { sliceAxis } from "../builder/value.ts";
import { concat } from "../builder/view.ts";
import { axisOf, knownOr } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** Extents of the parts: as the input says, or equal ones, of which num_outputs lets the last be shorter. */
function extentsOf(node: NodeContext, whole: number): readonly number[] {
  const count = node.outputCount;
  const named = knownOr(node, 1, "split");
  const parts = node.number("num_outputs", count);
  const each = Math.ceil(whole / parts);
  const equal = Array.from({ length: parts }, (_, i) => Math.min(each, whole - i * each));
  const extents = named ?? equal;
  const uneven = node.attribute("num_outputs") === undefined && named === undefined && whole % parts !== 0;
  const sum = extents.reduce((total, extent) => total + extent, 0);
  if (uneven || extents.length !== count || sum !== whole || extents.some((extent) => extent < 1))
    node.refuse(`extent ${whole} as ${named === undefined ? parts : `[${named.join(", ")}]`} for ${count} outputs`);
  return extents;
}

/** Parts of an axis, one after the other, without an operator; dx = the parts' gradients one after the other. */
export const split: NodeRule = {
  opType: "Split",
  inputs: [
    { name: "input", takes: "any" },
    { name: "split", takes: "known", optional: true },
  ],
  supports: "parts of at least 1, one an output, that make up the axis: from split, num_outputs, or equal ones",
  attributes: ["axis", "num_outputs", "split"],
  opsets: "split as an attribute up to 12; num_outputs from 18 on; equal parts without it up to 17",
  lower(node) {
    const x = node.input(0);
    const axis = axisOf(node, node.number("axis", 0), x.shape.length);
    let start = 0;
    const outputs = extentsOf(node, x.shape[axis] as number).map((extent) => {
      start += extent;
      return sliceAxis(x, axis, start - extent, extent);
    });
    return { outputs, gradient: (...parts) => [concat(node.builder, parts, axis)] };
  },
};
