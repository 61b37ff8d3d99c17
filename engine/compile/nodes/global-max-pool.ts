import { largestOf } from "../builder/pooling.ts";
import type { NodeRule } from "./rule.ts";
import { spatialOf } from "./windows.ts";

/** y = the largest of each channel. dy goes to the first element, row-major, that is as large. */
export const globalMaxPool: NodeRule = {
  opType: "GlobalMaxPool",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 over one to three spatial axes",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const windows = spatialOf(node, x.shape).map((extent) => {
      return { extent, positions: 1, taps: extent, stride: extent, dilation: 1, before: 0 };
    });
    const { y, back } = largestOf(node.builder, windows, x);
    return { outputs: [y], gradient: (dy) => [back(dy)] };
  },
};
