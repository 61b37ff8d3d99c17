import { shapeText } from "../graph.ts";
import { sliceAxis, type Value } from "../builder/value.ts";
import { concat as concatenated } from "../builder/view.ts";
import { axisOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** The inputs one after the other along an axis; the gradient of each is its part of dy. */
export const concat: NodeRule = {
  opType: "Concat",
  inputs: [{ name: "inputs", takes: "any", repeated: true }],
  supports: "any number of inputs of one type that differ only along the axis",
  attributes: ["axis"],
  lower(node) {
    const { inputs } = node;
    const first = node.input(0);
    const axis = axisOf(node, node.number("axis", Number.NaN), first.shape.length);
    const besides = ({ shape }: Value) => shape.toSpliced(axis, 1).join();
    for (const each of inputs) {
      const fits = each.shape.length === first.shape.length && besides(each) === besides(first);
      if (!fits) node.refuse(`${shapeText(first.shape)} with ${shapeText(each.shape)} along axis ${axis}`);
      if (each.dtype !== first.dtype) node.refuse(`${first.dtype} with ${each.dtype}`);
    }
    const gradient = (dy: Value) => {
      let start = 0;
      return inputs.map(({ shape }) => {
        const extent = shape[axis] as number;
        start += extent;
        return sliceAxis(dy, axis, start - extent, extent);
      });
    };
    return { outputs: [concatenated(node.builder, inputs, axis)], gradient };
  },
};
