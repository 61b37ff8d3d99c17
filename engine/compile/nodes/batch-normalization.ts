import { product, shapeText } from "../graph.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { channelSums } from "../builder/normalise.ts";
import { withShape, type Value } from "../builder/value.ts";
import { contiguous, reshape } from "../builder/view.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

/** The values of channels as [1, C, 1], so that they broadcast to [N, C, places]. */
function channel(node: NodeContext, value: Value): Value {
  return withShape(contiguous(node.builder, value), [1, value.shape[0] as number, 1]);
}

const rootOf = (variance: ReturnType<typeof operand>, epsilon: number) =>
  call("div", f32(1), call("sqrt", call("add", variance, f32(epsilon))));

const normalised = call("mul", call("mul", operand(0), operand(1)), operand(2));

/** By statistics that are given: y = (x − mean)·r·scale + shift. */
function byGiven(node: NodeContext, x: Value, epsilon: number): Lowered {
  const b = node.builder;
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((index) => node.input(index)) as [Value, Value, Value, Value];
  const r = map(b, "f32", [variance], rootOf(operand(0), epsilon));
  const columns = [r, scale, shift].map((value) => channel(node, value)) as [Value, Value, Value];
  const centred = map(b, "f32", [x, channel(node, mean)], call("sub", operand(0), operand(1)));
  const y = map(b, "f32", [centred, ...columns], call("add", normalised, operand(3)));
  const gradient = (dy: Value) => {
    const g = reshape(b, dy, x.shape);
    const dx = map(b, "f32", [g, columns[0], columns[1]], normalised);
    const dscale = map(b, "f32", [channelSums(b, g, centred), r], call("mul", operand(0), operand(1)));
    return [withShape(dx, node.input(0).shape), dscale, channelSums(b, g)];
  };
  return { outputs: [withShape(y, node.input(0).shape)], gradient };
}

/** momentum·old + (1 − momentum)·new, the new one times `factor` first. */
function moved(node: NodeContext, old: Value, now: Value, factor: number): Value {
  const momentum = node.number("momentum", 0.9);
  const before = call("mul", operand(0), f32(momentum));
  const after = call("mul", factor === 1 ? operand(1) : call("mul", operand(1), f32(factor)), f32(1 - momentum));
  return map(node.builder, "f32", [old, now], call("add", before, after));
}

/** By the batch's own statistics; the running ones follow. */
function byBatch(node: NodeContext, x: Value, epsilon: number): Lowered {
  const b = node.builder;
  const n = (x.shape[0] as number) * (x.shape[2] as number);
  const [scale, shift, runningMean, runningVariance] = [1, 2, 3, 4].map((index) => node.input(index)) as Value[];
  const share = (sum: Value) => map(b, "f32", [sum], call("div", operand(0), f32(n)));
  const mean = share(channelSums(b, x));
  const centred = map(b, "f32", [x, channel(node, mean)], call("sub", operand(0), operand(1)));
  const variance = share(channelSums(b, centred, centred));
  const r = map(b, "f32", [variance], rootOf(operand(0), epsilon));
  const [root, gain, offset] = [r, scale as Value, shift as Value].map((value) => channel(node, value)) as Value[];
  const columns = [root, gain] as [Value, Value];
  const y = map(b, "f32", [centred, ...columns, offset as Value], call("add", normalised, operand(3)));
  const updates = [
    moved(node, runningMean as Value, mean, 1),
    moved(node, runningVariance as Value, variance, n / (n - 1)),
  ];
  const gradient = (dy: Value) => {
    const g = reshape(b, dy, x.shape);
    const [dshift, dot] = [channelSums(b, g), channelSums(b, g, centred)];
    const dscale = map(b, "f32", [dot, r], call("mul", operand(0), operand(1)));
    // scale·r·(dy − Σ dy/n − c·(r²·Σ dy·c/n)), with the channel's factors made of sums first.
    const along = map(
      b,
      "f32",
      [dot, r],
      call("mul", call("mul", operand(0), call("mul", operand(1), operand(1))), f32(1 / n)),
    );
    const aside = map(b, "f32", [dshift], call("div", operand(0), f32(n)));
    const factor = map(b, "f32", [r, scale as Value], call("mul", operand(0), operand(1)));
    const inner = call("sub", call("sub", operand(0), operand(2)), call("mul", operand(1), operand(3)));
    const operands = [g, centred, ...[aside, along, factor].map((value) => channel(node, value))];
    const dx = map(b, "f32", operands, call("mul", operand(4), inner));
    return [withShape(dx, node.input(0).shape), dscale, dshift];
  };
  return {
    outputs: [withShape(y, node.input(0).shape), ...updates, mean, variance],
    gradient,
    updates: [undefined, undefined, undefined, ...updates],
  };
}

/**
 * y = (x − mean)/√(variance + ε)·scale + shift for each channel. A training step takes mean and variance from its batch, whatever
 * training_mode says, and moves the running ones on (the variance with n/(n − 1), as PyTorch does); where both of these are frozen, it
 * takes them as they are. In use, the running ones are taken.
 */
export const batchNormalization: NodeRule = {
  opType: "BatchNormalization",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "scale", takes: "f32" },
    { name: "B", takes: "f32" },
    { name: "input_mean", takes: "f32" },
    { name: "input_var", takes: "f32" },
  ],
  supports: "f32 [N, C, …] of more than one element a channel, with two to four values of each channel",
  attributes: ["epsilon", "momentum", "training_mode"],
  opsets: "training_mode from 14 on",
  lower(node) {
    const given = node.input(0);
    const [samples, channels, ...rest] = given.shape as [number, number, ...number[]];
    if (given.shape.length < 2) node.refuse(`an input of shape ${shapeText(given.shape)}`);
    for (let index = 1; index < 5; index++) {
      const { shape } = node.input(index);
      if (shape.join() !== String(channels)) node.refuse(`input ${index} of shape ${shapeText(shape)}`);
    }
    const x = reshape(node.builder, given, [samples, channels, product(rest)]);
    const epsilon = node.number("epsilon", 1e-5);
    const keepsStatistics = node.isFrozen(3) && node.isFrozen(4);
    if (!node.mode.training || keepsStatistics) return byGiven(node, x, epsilon);
    if (samples * product(rest) < 2) node.refuse("one element a channel");
    return byBatch(node, x, epsilon);
  },
};
