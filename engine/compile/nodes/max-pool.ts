import { largestOf } from "../builder/pooling.ts";
import type { NodeRule } from "./rule.ts";
import { spatialOf, tapsOf, windowAttributes, windowsOf } from "./windows.ts";

/** y = the largest of each window; padding is −∞. dy goes to the first element, row-major, that is as large. */
export const maxPool: NodeRule = {
  opType: "MaxPool",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 over one to three spatial axes, with strides, pads, auto_pad, dilations and ceil_mode, and one output",
  attributes: ["ceil_mode", "storage_order", ...windowAttributes],
  lower(node) {
    const x = node.input(0);
    const extents = spatialOf(node, x.shape);
    const taps = tapsOf(node, extents.length);
    const windows = windowsOf(node, extents, taps, node.number("ceil_mode", 0) !== 0);
    const { y, back } = largestOf(node.builder, windows, x);
    return { outputs: [y], gradient: (dy) => [back(dy)] };
  },
};
