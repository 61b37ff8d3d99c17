import { shapeText } from "../graph.ts";
import { alongAxis } from "../builder/along.ts";
import { sumTo } from "../builder/fold.ts";
import { gatherAlong, indexAlong, scatterAlong } from "../builder/gather.ts";
import { integerValue } from "../builder/tensor.ts";
import { broadcastTo, insertAxis, transpose, withUnitAxes, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import { axesOf, integersIn } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** An axis that changes: from `extent` to `size` elements, `scale` of them for one. */
interface Scaled {
  readonly axis: number;
  readonly extent: number;
  readonly size: number;
  readonly scale: number;
}

function scaledAxes(node: NodeContext, shape: readonly number[]): Scaled[] {
  const [scales, sizes] = [node.known(2), node.known(3)];
  const named = integersIn(node, "axes");
  const axes = named === undefined ? Array.from(shape.keys()) : axesOf(node, named, shape.length);
  const given = sizes ?? scales ?? [];
  if (given.length !== axes.length) node.refuse(`${given.length} scales for ${axes.length} axes`);
  const all = axes.map((axis, i) => {
    const extent = shape[axis] as number;
    const size = sizes === undefined ? Math.floor(extent * (given[i] as number)) : (given[i] as number);
    if (size < 1) node.refuse(`a size of ${size} for axis ${axis}`, { axis });
    return { axis, extent, size, scale: sizes === undefined ? (given[i] as number) : size / extent };
  });
  return all.filter(({ extent, size }) => extent !== size);
}

/** Where each element of the output lies on the input's axis. */
function placesOf(node: NodeContext, { extent, size, scale }: Scaled): number[] {
  const mode = node.text("coordinate_transformation_mode", "half_pixel");
  const places: Readonly<Record<string, (i: number) => number>> = {
    half_pixel: (i) => (i + 0.5) / scale - 0.5,
    pytorch_half_pixel: (i) => (size > 1 ? (i + 0.5) / scale - 0.5 : 0),
    align_corners: (i) => (size > 1 ? (i * (extent - 1)) / (size - 1) : 0),
    asymmetric: (i) => i / scale,
  };
  const place = places[mode] ?? node.refuse(`coordinate_transformation_mode = ${mode}`);
  return Array.from({ length: node.listed(size) }, (_, i) => place(i));
}

function nearest(node: NodeContext, scaled: Scaled): number[] {
  const mode = node.text("nearest_mode", "round_prefer_floor");
  const roundings: Readonly<Record<string, (place: number) => number>> = {
    round_prefer_floor: (place) => Math.ceil(place - 0.5),
    round_prefer_ceil: (place) => Math.floor(place + 0.5),
    floor: Math.floor,
    ceil: Math.ceil,
  };
  const rounding = roundings[mode] ?? node.refuse(`nearest_mode = ${mode}`);
  return placesOf(node, scaled).map((place) => Math.min(Math.max(rounding(place), 0), scaled.extent - 1));
}

/** One axis resized, and its gradient brought back. */
interface Step {
  readonly forward: (value: Value) => Value;
  readonly back: (dy: Value) => Value;
}

/** Every element repeated: the gradient is summed over the repetitions. */
function repeating(node: NodeContext, { axis, size, extent }: Scaled): Step {
  const b = node.builder;
  const split = ({ shape }: Value) => shape.toSpliced(axis, 1, extent, size / extent);
  return {
    forward: (value) =>
      reshape(b, broadcastTo(insertAxis(value, axis + 1), split(value)), value.shape.with(axis, size)),
    back: (dy) => {
      const parts = reshape(b, dy, split(dy));
      return withUnitAxes(sumTo(b, parts, parts.shape.with(axis + 1, 1)), dy.shape.with(axis, extent));
    },
  };
}

function byNearest(node: NodeContext, scaled: Scaled): Step {
  const b = node.builder;
  const { axis, extent, size } = scaled;
  const places = nearest(node, scaled);
  if (size % extent === 0 && places.every((place, i) => place === Math.floor((i * extent) / size)))
    return repeating(node, scaled);
  const index = ({ shape }: Value) => indexAlong(integerValue(b, places), axis, shape.length);
  return {
    forward: (value) => gatherAlong(b, value, axis, index(value)),
    back: (dy) => scatterAlong(b, dy, axis, index(dy), extent),
  };
}

/** Between two neighbours, in proportion: a product with a matrix of the weights. */
function byLine(node: NodeContext, scaled: Scaled): Step {
  const b = node.builder;
  const { axis, extent, size } = scaled;
  const weights = new Float32Array(node.listed(size * extent));
  placesOf(node, scaled).forEach((place, i) => {
    const inside = Math.min(Math.max(place, 0), extent - 1);
    const [low, high] = [Math.floor(inside), Math.min(Math.floor(inside) + 1, extent - 1)];
    weights[i * extent + high]! += inside - low;
    weights[i * extent + low]! += 1 - (inside - low);
  });
  const matrix = b.constant("f32", new Uint32Array(weights.buffer), [size, extent]);
  return {
    forward: (value) => alongAxis(b, value, axis, matrix),
    back: (dy) => alongAxis(b, dy, axis, transpose(matrix)),
  };
}

/** The input at other extents, axis by axis; dx = dy brought back by the same weights. */
export const resize: NodeRule = {
  opType: "Resize",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "roi", takes: "known f32", optional: true },
    { name: "scales", takes: "known f32", optional: true },
    { name: "sizes", takes: "known", optional: true },
  ],
  supports:
    "f32, mode nearest or linear without antialias, scales or sizes known at compile time, coordinates half_pixel, pytorch_half_pixel, align_corners or asymmetric",
  attributes: [
    "antialias",
    "axes",
    "coordinate_transformation_mode",
    "cubic_coeff_a",
    "exclude_outside",
    "extrapolation_value",
    "keep_aspect_ratio_policy",
    "mode",
    "nearest_mode",
  ],
  opsets: "axes from 18 on",
  lower(node) {
    const x = node.input(0);
    const mode = node.text("mode", "nearest");
    if (mode !== "nearest" && mode !== "linear") node.refuse(`mode = ${mode}`, { attribute: "mode" });
    node.only("antialias", 0);
    const policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (policy !== "stretch") node.refuse(`keep_aspect_ratio_policy = ${policy}`);
    if (x.shape.length > 7) node.refuse(`an input of shape ${shapeText(x.shape)}`);
    const steps = scaledAxes(node, x.shape).map((each) =>
      mode === "linear" ? byLine(node, each) : byNearest(node, each),
    );
    return {
      outputs: [steps.reduce((value, { forward }) => forward(value), x)],
      gradient: (dy) => [steps.toReversed().reduce((value, { back }) => back(value), dy)],
    };
  },
};
