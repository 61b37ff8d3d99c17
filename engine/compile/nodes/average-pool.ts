import { fold } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { gatherBack, windowsIn } from "../builder/pooling.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import type { Window } from "../builder/windows.ts";
import type { NodeContext, NodeRule } from "./rule.ts";
import { spatialOf, tapsOf, windowAttributes, windowsOf } from "./windows.ts";

type Padded = Window & { readonly after: number };

/** Elements that each position of an axis counts: those inside the axis, or inside its padding. */
function countsAlong({ extent, positions, taps, stride, dilation, before, after }: Padded, padding: boolean): number[] {
  const [first, end] = padding ? [0 - before, extent + after] : [0, extent];
  return Array.from({ length: positions }, (_, position) => {
    const places = Array.from({ length: taps }, (_unused, tap) => position * stride + tap * dilation - before);
    return places.filter((place) => place >= first && place < end).length;
  });
}

/** What each position's sum is divided by: one number where it is the same everywhere, else a constant [positions]. */
function divisorOf(node: NodeContext, windows: readonly Padded[], padding: boolean): Value {
  const counts = windows
    .map((window) => countsAlong(window, padding))
    .reduce((all, along) => all.flatMap((a) => along.map((b) => a * b)));
  const same = counts.every((count) => count === counts[0]);
  const numbers = Float32Array.from(same ? counts.slice(0, 1) : counts);
  return node.builder.constant("f32", new Uint32Array(numbers.buffer), [numbers.length]);
}

/** y = the mean of each window. dx = Σ dy/n over the windows that hold the element. */
export const averagePool: NodeRule = {
  opType: "AveragePool",
  inputs: [{ name: "X", takes: "f32" }],
  supports:
    "f32 over one to three spatial axes, with strides, pads, auto_pad, dilations, ceil_mode and count_include_pad",
  attributes: ["ceil_mode", "count_include_pad", ...windowAttributes],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const extents = spatialOf(node, x.shape);
    const windows = windowsOf(node, extents, tapsOf(node, extents.length), node.number("ceil_mode", 0) !== 0);
    const divisor = divisorOf(node, windows, node.number("count_include_pad", 0) !== 0);
    const share = call("div", operand(0), operand(1));
    const positions = windows.map((window) => window.positions);
    const sum = fold(b, "sum", windowsIn(b, windows, x, "zero"));
    const y = map(b, "f32", [sum, divisor], share);
    const gradient = (dy: Value) => {
      const shares = map(b, "f32", [withShape(contiguous(b, dy), sum.shape), divisor], share);
      return [withShape(gatherBack(b, windows, [shares]), x.shape)];
    };
    return { outputs: [withShape(y, [...x.shape.slice(0, 2), ...positions])], gradient };
  },
};
