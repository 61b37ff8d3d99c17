import { shapeText } from "../graph.ts";
import { gatherAlong, scatterAlong } from "../builder/gather.ts";
import { sliceAxis, type Value } from "../builder/value.ts";
import { spread, type Placement } from "../builder/view.ts";
import { axisOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/**
 * y[…i…] = data[…indices[…i…]…] along an axis. ddata = dy added at the places named. An index outside the axis reads zero; along the
 * other axes the indices may be shorter than the data.
 */
export const gatherElements: NodeRule = {
  opType: "GatherElements",
  inputs: [
    { name: "data", takes: "any" },
    { name: "indices", takes: "i32" },
  ],
  supports: "indices of as many axes as the data, in 0 … extent−1",
  attributes: ["axis"],
  lower(node) {
    const b = node.builder;
    const [data, indices] = [node.input(0), node.input(1)];
    const axis = axisOf(node, node.number("axis", 0), data.shape.length);
    const fits = indices.shape.every((extent, each) => each === axis || extent <= (data.shape[each] as number));
    if (indices.shape.length !== data.shape.length || !fits)
      node.refuse(`${shapeText(data.shape)} at ${shapeText(indices.shape)}`);
    const shorter = indices.shape.flatMap((extent, each): Placement[] => {
      const whole = data.shape[each] as number;
      return each === axis || extent === whole ? [] : [{ axis: each, start: 0, step: 1, extent: whole }];
    });
    const read = shorter.reduce(
      (value, each) => sliceAxis(value, each.axis, 0, indices.shape[each.axis] as number),
      data,
    );
    const gradient = (dy: Value) => [
      spread(b, scatterAlong(b, dy, axis, indices, data.shape[axis] as number), shorter),
      undefined,
    ];
    return { outputs: [gatherAlong(b, read, axis, indices)], gradient };
  },
};
