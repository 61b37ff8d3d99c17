import { shapeText } from "../graph.ts";
import { f32 } from "../builder/map.ts";
import { gatherAlong, indexAlong, scatterAlong } from "../builder/gather.ts";
import { integerValue } from "../builder/tensor.ts";
import { sliceAxis, type Value } from "../builder/value.ts";
import { spread, type Placement } from "../builder/view.ts";
import { axesOf, integersIn } from "./axes.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

interface Padding {
  readonly axis: number;
  readonly extent: number;
  readonly before: number;
  readonly after: number;
}

function paddingsOf(node: NodeContext, shape: readonly number[]): Padding[] {
  const pads = node.known(1) as readonly number[];
  const named = node.known(3) ?? integersIn(node, "axes");
  const axes = named === undefined ? Array.from(shape.keys()) : axesOf(node, named, shape.length);
  if (pads.length !== 2 * axes.length) node.refuse(`pads = ${shapeText(pads)} for ${axes.length} axes`);
  const all = axes.map((axis, i) => {
    const extent = shape[axis] as number;
    const [before, after] = [pads[i] as number, pads[axes.length + i] as number];
    const kept = extent + Math.min(before, 0) + Math.min(after, 0);
    if (kept < 1) node.refuse(`an axis of ${extent} padded by ${before} and ${after}`, { axis });
    return { axis, extent, before, after };
  });
  return all.filter(({ before, after }) => before !== 0 || after !== 0);
}

/** A constant around the input; negative padding cuts. */
function byConstant(node: NodeContext, x: Value, paddings: readonly Padding[]): Lowered {
  const b = node.builder;
  const fill = node.knownNumber(2, 0);
  const bits = (f32(fill) as { readonly bits: number }).bits;
  const cut = paddings.reduce(
    (value, { axis, extent, before, after }) =>
      sliceAxis(value, axis, Math.max(0 - before, 0), extent + Math.min(before, 0) + Math.min(after, 0)),
    x,
  );
  const placements = paddings.flatMap(({ axis, extent, before, after }): Placement[] => {
    if (before <= 0 && after <= 0) return [];
    return [{ axis, start: Math.max(before, 0), step: 1, extent: extent + before + after }];
  });
  const gradient = (dy: Value) => {
    const inner = paddings.reduce(
      (value, { axis, before }) => sliceAxis(value, axis, Math.max(before, 0), cut.shape[axis] as number),
      dy,
    );
    const lost = paddings.flatMap(({ axis, extent, before, after }): Placement[] => {
      return before < 0 || after < 0 ? [{ axis, start: Math.max(0 - before, 0), step: 1, extent }] : [];
    });
    return [spread(b, inner, lost)];
  };
  return { outputs: [spread(b, cut, placements, bits)], gradient };
}

/** The element of an axis that stands at a place before or behind it. */
function mirrored(mode: string, place: number, extent: number): number {
  if (mode === "edge") return Math.min(Math.max(place, 0), extent - 1);
  if (mode === "wrap") return ((place % extent) + extent) % extent;
  const turn = Math.max(2 * (extent - 1), 1);
  const inside = ((place % turn) + turn) % turn;
  return Math.min(inside, turn - inside) % extent;
}

/** Elements of the input around it; each takes the gradient of all places where it stands. */
function byElements(node: NodeContext, x: Value, paddings: readonly Padding[], mode: string): Lowered {
  const b = node.builder;
  const rank = x.shape.length;
  const reads = paddings.map(({ axis, extent, before, after }) => {
    const length = extent + before + after;
    const places = Array.from({ length: node.listed(length) }, (_, i) => mirrored(mode, i - before, extent));
    return { axis, extent, index: indexAlong(integerValue(b, places), axis, rank) };
  });
  const y = reads.reduce((value, { axis, index }) => gatherAlong(b, value, axis, index), x);
  const gradient = (dy: Value) => [
    reads.toReversed().reduce((value, { axis, extent, index }) => scatterAlong(b, value, axis, index, extent), dy),
  ];
  return { outputs: [y], gradient };
}

/** The input with elements around it: a constant, or its own (reflect, edge, wrap). dx = dy of the places that x's elements have. */
export const pad: NodeRule = {
  opType: "Pad",
  inputs: [
    { name: "data", takes: "f32" },
    { name: "pads", takes: "known" },
    { name: "constant_value", takes: "known f32", optional: true },
    { name: "axes", takes: "known", optional: true },
  ],
  supports:
    "f32 of any shape, with pads, constant_value and axes known at compile time and mode constant, reflect, edge or wrap",
  attributes: ["mode"],
  opsets: "axes from 18 on, mode wrap from 19 on",
  lower(node) {
    const x = node.input(0);
    const mode = node.text("mode", "constant");
    const paddings = paddingsOf(node, x.shape);
    if (mode === "constant") return byConstant(node, x, paddings);
    if (mode !== "reflect" && mode !== "edge" && mode !== "wrap") node.refuse(`mode = ${mode}`, { attribute: "mode" });
    return byElements(node, x, paddings, mode);
  },
};
