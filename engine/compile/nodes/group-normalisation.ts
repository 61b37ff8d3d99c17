import { product, shapeText } from "../graph.ts";
import { call, map, operand } from "../builder/map.ts";
import { channelSums, normaliseRows } from "../builder/normalise.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous, reshape } from "../builder/view.ts";
import type { Lowered, NodeContext } from "./rule.ts";

/**
 * Every sample's channels, in groups of neighbours, normalised over the group's elements; then each channel (or, with `perGroup`, each
 * group) scaled and shifted. dscale = Σ dy·normal and dshift = Σ dy over samples and places.
 */
export function normaliseGroups(node: NodeContext, groups: number, perGroup = false): Lowered {
  const b = node.builder;
  const [x, scale, shift] = [node.input(0), node.input(1), node.input(2)];
  const [samples, channels = 0, ...rest] = x.shape as [number, number?, ...number[]];
  if (x.shape.length < 2 || channels % groups !== 0) node.refuse(`${shapeText(x.shape)} in ${groups} groups`);
  const weights = perGroup ? groups : channels;
  for (const { shape } of [scale, shift])
    if (shape.join() !== String(weights)) node.refuse(`${shapeText(shape)} for ${weights} scales`);
  const planes = [samples, weights, (channels / weights) * product(rest)] as const;
  const rows = [samples * groups, (channels / groups) * product(rest)] as const;
  const { y: normal, back } = normaliseRows(b, reshape(b, x, rows), node.number("epsilon", 1e-5), true);
  const [each, gain, offset] = [
    withShape(normal, planes),
    withShape(contiguous(b, scale), [1, weights, 1]),
    withShape(contiguous(b, shift), [1, weights, 1]),
  ];
  const scaled = call("mul", operand(0), operand(1));
  const y = map(b, "f32", [each, gain, offset], call("add", scaled, operand(2)));
  const gradient = (dy: Value) => {
    const g = reshape(b, dy, planes);
    const dx = back(withShape(map(b, "f32", [g, gain], scaled), rows));
    return [withShape(dx, x.shape), channelSums(b, g, each), channelSums(b, g)];
  };
  return { outputs: [withShape(y, x.shape)], gradient };
}
