import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { broadcastTo, insertAxis, withUnitAxes, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import { axesOf, integersIn } from "./axes.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

/** Every element repeated along each axis; dx = dy summed over the repetitions. */
function repeatElements(node: NodeContext, x: Value, factors: readonly number[]): Lowered {
  const b = node.builder;
  const split = factors.toReversed().reduce((value, factor, i) => {
    return factor === 1 ? value : insertAxis(value, factors.length - i);
  }, x);
  const counts = x.shape.flatMap((extent, axis) =>
    factors[axis] === 1 ? [extent] : [extent, factors[axis] as number],
  );
  if (counts.length > 8) node.refuse(`scales = ${shapeText(factors)} of ${x.shape.length} axes`);
  const shape = x.shape.map((extent, axis) => extent * (factors[axis] as number));
  const gradient = (dy: Value) => [withUnitAxes(sumTo(b, reshape(b, dy, counts), split.shape), x.shape)];
  return { outputs: [reshape(b, broadcastTo(split, counts), shape)], gradient };
}

/** Whether the coordinate rule names element ⌊i/factor⌋ for every whole factor. */
function repeats(node: NodeContext): boolean {
  const coordinates = node.text("coordinate_transformation_mode", "half_pixel");
  const rounding = node.text("nearest_mode", "round_prefer_floor");
  if (coordinates === "asymmetric") return rounding === "floor";
  return ["half_pixel", "pytorch_half_pixel"].includes(coordinates) && rounding.startsWith("round_prefer");
}

function factorsOf(node: NodeContext, shape: readonly number[]): number[] {
  const [scales, sizes] = [node.known(2), node.known(3)];
  const named = integersIn(node, "axes");
  const axes = named === undefined ? Array.from(shape.keys()) : axesOf(node, named, shape.length);
  const given = sizes?.map((size, i) => size / (shape[axes[i] as number] as number)) ?? scales ?? [];
  if (given.length !== axes.length) node.refuse(`${given.length} scales for ${axes.length} axes`);
  return shape.map((_, axis) => (axes.includes(axis) ? (given[axes.indexOf(axis)] as number) : 1));
}

/** Every element repeated along axes: the nearest neighbour at whole scales. */
export const resize: NodeRule = {
  opType: "Resize",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "roi", takes: "known f32", optional: true },
    { name: "scales", takes: "known f32", optional: true },
    { name: "sizes", takes: "known", optional: true },
  ],
  supports:
    "mode nearest, by whole scales known at compile time, with coordinates asymmetric and floor, or half_pixel and round_prefer_floor",
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
    const factors = factorsOf(node, x.shape);
    const mode = node.text("mode", "nearest");
    if (mode !== "nearest" || !repeats(node))
      node.refuse(`mode = ${mode} with such coordinates`, { attribute: "mode" });
    if (factors.some((factor) => !Number.isInteger(factor) || factor < 1))
      node.refuse(`scales = ${shapeText(factors)}`);
    return repeatElements(node, x, factors);
  },
};
