import { shapeText } from "../graph.ts";
import { byChannel, convolve, convolveBack, convolveWeights } from "../builder/convolution.ts";
import { fold } from "../builder/fold.ts";
import type { Window } from "../builder/windows.ts";
import { integersIn } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";
import { padsOf, perAxis, spatialOf, tapsOf, windowAttributes } from "./windows.ts";

/** The windows of the convolution that this undoes: its positions are the input's elements, its axes the output's. */
function windowsOf(node: NodeContext, extents: readonly number[], taps: readonly number[]): Window[] {
  const axes = extents.length;
  const [strides, dilations] = [perAxis(node, "strides", axes, 1), perAxis(node, "dilations", axes, 1)];
  const extra = perAxis(node, "output_padding", axes, 0);
  const wanted = integersIn(node, "output_shape")?.slice(-axes);
  return extents.map((positions, axis) => {
    const [stride, dilation] = [strides[axis] as number, dilations[axis] as number];
    const reach = dilation * ((taps[axis] as number) - 1) + 1;
    const whole = stride * (positions - 1) + reach + (extra[axis] as number);
    const target = wanted?.[axis] ?? positions * stride;
    const [before, after] = padsOf(node, axes, axis, () => whole - target);
    if (wanted !== undefined && whole - before - after !== target)
      node.refuse(`output_shape ${shapeText(wanted)} without auto_pad`, { attribute: "output_shape" });
    const extent = whole - before - after;
    if (extent < 1 || before < 0 || after < 0)
      node.refuse(`an output axis of ${whole} cut by ${before} and ${after}`, { axis });
    return { extent, positions, taps: taps[axis] as number, stride, dilation, before };
  });
}

/** A convolution's gradient as a layer: what Conv calls dx is y here, what it calls y is x. */
export const convTranspose: NodeRule = {
  opType: "ConvTranspose",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "W", takes: "f32" },
    { name: "B", takes: "f32", optional: true },
  ],
  supports: "f32 over one to three spatial axes, with strides, pads, auto_pad, dilations, groups and output_padding",
  attributes: ["group", "output_padding", "output_shape", ...windowAttributes],
  lower(node) {
    const { builder } = node;
    const [x, w, bias] = [node.input(0), node.input(1), node.optional(2)];
    const extents = spatialOf(node, x.shape);
    const groups = node.number("group", 1);
    const fits = w.shape.length === x.shape.length && x.shape[1] === w.shape[0] && x.shape[1] % groups === 0;
    if (!fits) node.refuse(`${shapeText(x.shape)} by ${shapeText(w.shape)} in ${groups} groups`);
    const outputs = (w.shape[1] as number) * groups;
    if (bias !== undefined && bias.shape.join() !== String(outputs)) node.refuse(`B of shape ${shapeText(bias.shape)}`);
    const windows = windowsOf(node, extents, tapsOf(node, extents.length, w.shape.slice(2)));
    const convolution = { windows, groups };
    return {
      outputs: [convolveBack(builder, convolution, x, w, bias)],
      gradient: (dy) => [
        convolve(builder, convolution, dy, w),
        convolveWeights(builder, convolution, dy, x, w.shape),
        bias && fold(builder, "sum", byChannel(builder, dy)),
      ],
    };
  },
};
