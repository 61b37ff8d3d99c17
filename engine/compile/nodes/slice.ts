import type { Builder } from "../builder/builder.ts";
import { gatherAlong, indexAlong } from "../builder/gather.ts";
import { integerValue } from "../builder/tensor.ts";
import { sliceAxis, type Value } from "../builder/value.ts";
import { spread, type Placement } from "../builder/view.ts";
import { axesOf } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

interface Cut extends Placement {
  readonly taken: number;
  /** Taken from the last to the first. */
  readonly reversed: boolean;
}

/** ONNX clamps starts and ends to the axis; going down, an end before its first element is −1. */
function cutOf(node: NodeContext, axis: number, extent: number, from: number, to: number, step: number): Cut {
  const [least, most] = step > 0 ? [0, extent] : [-1, extent - 1];
  const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + extent : bound, least), most);
  const [start, end] = [Math.max(clamp(from), 0), clamp(to)];
  if (step === 0) node.refuse(`step 0 on axis ${axis}`, { axis, step });
  const taken = Math.ceil((end - start) / step);
  if (taken < 1) node.refuse(`an empty slice of axis ${axis}`, { axis });
  const first = step > 0 ? start : start + (taken - 1) * step;
  return { axis, start: first, step: Math.abs(step), extent, taken, reversed: step < 0 && taken > 1 };
}

/** The part of each axis that is taken. */
function cutsOf(node: NodeContext, shape: readonly number[]): Cut[] {
  const [starts, ends] = [node.known(1), node.known(2)] as [readonly number[], readonly number[]];
  const named = node.known(3) ?? starts.map((_, axis) => axis);
  const steps = node.known(4) ?? starts.map(() => 1);
  const lengths = [starts, ends, named, steps].map(({ length }) => length);
  if (new Set(lengths).size > 1) node.refuse(`starts, ends, axes and steps of ${lengths.join(", ")} elements`);
  return axesOf(node, named, shape.length).map((axis, i) => {
    return cutOf(node, axis, shape[axis] as number, starts[i] as number, ends[i] as number, steps[i] as number);
  });
}

/** The elements of an axis from the last to the first. */
function reversed(b: Builder, value: Value, axis: number): Value {
  const extent = value.shape[axis] as number;
  const places = integerValue(
    b,
    Array.from({ length: extent }, (_, i) => extent - 1 - i),
  );
  return gatherAlong(b, value, axis, indexAlong(places, axis, value.shape.length));
}

/** x[start, start + step, … before end] along axes, without an operator if the steps go up; dx = dy at those places, zeros elsewhere. */
export const slice: NodeRule = {
  opType: "Slice",
  inputs: [
    { name: "data", takes: "any" },
    { name: "starts", takes: "known" },
    { name: "ends", takes: "known" },
    { name: "axes", takes: "known", optional: true },
    { name: "steps", takes: "known", optional: true },
  ],
  supports: "starts, ends, axes and steps known at compile time, with at least one element",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const b = node.builder;
    const cuts = cutsOf(node, x.shape);
    const parts = cuts.filter(({ extent, taken }) => taken < extent);
    const part = parts.reduce((value, { axis, start, taken, step }) => sliceAxis(value, axis, start, taken, step), x);
    const turned = cuts.filter((cut) => cut.reversed);
    const turn = (value: Value) => turned.reduce((each, { axis }) => reversed(b, each, axis), value);
    return { outputs: [turn(part)], gradient: (dy) => [spread(b, turn(dy), parts)] };
  },
};
