import { shapeText } from "../graph.ts";
import { byChannel, convolve, convolveBack, convolveWeights } from "../builder/convolution.ts";
import { fold } from "../builder/fold.ts";
import type { NodeRule } from "./rule.ts";
import { spatialOf, tapsOf, windowAttributes, windowsOf } from "./windows.ts";

/**
 * y[n, o] = b[o] + Σ w[o]·x[n] under the window, the channels in groups. dx is the transposed convolution of dy; dw sums dy times the
 * windows of x over samples and positions; db sums dy.
 */
export const conv: NodeRule = {
  opType: "Conv",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "W", takes: "f32" },
    { name: "B", takes: "f32", optional: true },
  ],
  supports: "f32 over one to three spatial axes, with strides, pads, auto_pad, dilations and groups",
  attributes: ["group", ...windowAttributes],
  lower(node) {
    const { builder } = node;
    const [x, w, bias] = [node.input(0), node.input(1), node.optional(2)];
    const extents = spatialOf(node, x.shape);
    const groups = node.number("group", 1);
    const [outputs, inner] = w.shape as [number, number];
    const fits = w.shape.length === x.shape.length && x.shape[1] === inner * groups && outputs % groups === 0;
    if (!fits) node.refuse(`${shapeText(x.shape)} by ${shapeText(w.shape)} in ${groups} groups`);
    if (bias !== undefined && bias.shape.join() !== String(outputs)) node.refuse(`B of shape ${shapeText(bias.shape)}`);
    const windows = windowsOf(node, extents, tapsOf(node, extents.length, w.shape.slice(2)));
    const convolution = { windows, groups };
    return {
      outputs: [convolve(builder, convolution, x, w, bias)],
      gradient: (dy) => [
        convolveBack(builder, convolution, dy, w),
        convolveWeights(builder, convolution, x, dy, w.shape),
        bias && fold(builder, "sum", byChannel(builder, dy)),
      ],
    };
  },
};
