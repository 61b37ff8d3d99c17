import { shapeText } from "../graph.ts";
import type { Window } from "../builder/windows.ts";
import { integersIn } from "./axes.ts";
import type { NodeContext } from "./rule.ts";

/** What the nodes that move a window over spatial axes have in common. */
export const windowAttributes = ["auto_pad", "dilations", "kernel_shape", "pads", "strides"] as const;

/** One integer an axis. */
export function perAxis(node: NodeContext, name: string, axes: number, otherwise: number): readonly number[] {
  const values = integersIn(node, name) ?? Array.from({ length: axes }, () => otherwise);
  if (values.length !== axes)
    node.refuse(`${name} = ${shapeText(values)} for ${axes} spatial axes`, { attribute: name });
  return values;
}

/** The extents of spatial axes; a node of windows has one to three. */
export function spatialOf(node: NodeContext, shape: readonly number[]): readonly number[] {
  if (shape.length < 3 || shape.length > 5) node.refuse(`an input of shape ${shapeText(shape)}`);
  return shape.slice(2);
}

/** kernel_shape, which has to be the weights' where there are weights. */
export function tapsOf(node: NodeContext, axes: number, weights?: readonly number[]): readonly number[] {
  const taps = integersIn(node, "kernel_shape") ?? weights;
  if (taps === undefined || taps.length !== axes || (weights !== undefined && taps.join() !== weights.join()))
    node.refuse(`kernel_shape = ${shapeText(taps ?? [])} for ${axes} spatial axes`, { attribute: "kernel_shape" });
  return taps as readonly number[];
}

/** Padding before and after an axis: `total` split as auto_pad says, or as pads says. */
export function padsOf(node: NodeContext, axes: number, axis: number, total: () => number): [number, number] {
  const auto = node.text("auto_pad", "NOTSET");
  const pads = integersIn(node, "pads") ?? Array.from({ length: 2 * axes }, () => 0);
  if (auto === "NOTSET") {
    if (pads.length !== 2 * axes) node.refuse(`pads = ${shapeText(pads)} for ${axes} spatial axes`);
    return [pads[axis] as number, pads[axes + axis] as number];
  }
  if (auto === "VALID") return [0, 0];
  if (auto !== "SAME_UPPER" && auto !== "SAME_LOWER") node.refuse(`auto_pad = ${auto}`, { attribute: "auto_pad" });
  const all = Math.max(total(), 0);
  const less = Math.floor(all / 2);
  return auto === "SAME_UPPER" ? [less, all - less] : [all - less, less];
}

/**
 * The windows over the spatial axes of an input. With `ceil` (ceil_mode) a last window may reach past the padding, but has to
 * start before it, as in PyTorch.
 */
export function windowsOf(
  node: NodeContext,
  extents: readonly number[],
  taps: readonly number[],
  ceil = false,
): (Window & { readonly after: number })[] {
  const axes = extents.length;
  const [strides, dilations] = [perAxis(node, "strides", axes, 1), perAxis(node, "dilations", axes, 1)];
  return extents.map((extent, axis) => {
    const [stride, dilation] = [strides[axis] as number, dilations[axis] as number];
    const reach = dilation * ((taps[axis] as number) - 1) + 1;
    const same = Math.ceil(extent / stride);
    const [before, after] = padsOf(node, axes, axis, () => (same - 1) * stride + reach - extent);
    const steps = (extent + before + after - reach) / stride;
    let positions = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    if (ceil && (positions - 1) * stride >= extent + before) positions -= 1;
    if (positions < 1 || before < 0 || after < 0)
      node.refuse(`a window of ${reach} over an axis of ${extent} padded by ${before} and ${after}`, { axis });
    return { extent, positions, taps: taps[axis] as number, stride, dilation, before, after };
  });
}
