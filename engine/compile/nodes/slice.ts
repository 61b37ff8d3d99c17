import { sliceAxis } from "../builder/value.ts";
import { spread, type Placement } from "../builder/view.ts";
import { axesOf } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** The part of each axis that is taken, with the number of its elements; ONNX clamps starts and ends to the axis. */
function cutsOf(node: NodeContext, shape: readonly number[]): (Placement & { readonly taken: number })[] {
  const [starts, ends] = [node.known(1), node.known(2)] as [readonly number[], readonly number[]];
  const named = node.known(3) ?? starts.map((_, axis) => axis);
  const steps = node.known(4) ?? starts.map(() => 1);
  const lengths = [starts, ends, named, steps].map(({ length }) => length);
  if (new Set(lengths).size > 1) node.refuse(`starts, ends, axes and steps of ${lengths.join(", ")} elements`);
  return axesOf(node, named, shape.length).map((axis, i) => {
    const extent = shape[axis] as number;
    const clamp = (bound: number) => Math.min(Math.max(bound < 0 ? bound + extent : bound, 0), extent);
    const [start, end, step] = [clamp(starts[i] as number), clamp(ends[i] as number), steps[i] as number];
    if (step < 1) node.refuse(`step ${step} on axis ${axis}`, { axis, step });
    const taken = Math.ceil((end - start) / step);
    if (taken < 1) node.refuse(`an empty slice of axis ${axis}`, { axis });
    return { axis, start, step, extent, taken };
  });
}

/** x[start, start + step, … below end] along axes, without an operator; dx = dy at those places, zeros elsewhere. */
export const slice: NodeRule = {
  opType: "Slice",
  inputs: [
    { name: "data", takes: "any" },
    { name: "starts", takes: "known" },
    { name: "ends", takes: "known" },
    { name: "axes", takes: "known", optional: true },
    { name: "steps", takes: "known", optional: true },
  ],
  supports: "starts, ends, axes and steps known at compile time, with steps of at least 1 and at least one element",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const cuts = cutsOf(node, x.shape).filter(({ extent, taken }) => taken < extent);
    const y = cuts.reduce((value, { axis, start, taken, step }) => sliceAxis(value, axis, start, taken, step), x);
    return { outputs: [y], gradient: (dy) => [spread(node.builder, dy, cuts)] };
  },
};
