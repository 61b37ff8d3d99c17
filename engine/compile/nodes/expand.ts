import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { broadcastShape, broadcastTo } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";

/** The input repeated along axes of extent 1, without an operator; dx = dy summed over them. */
export const expand: NodeRule = {
  opType: "Expand",
  inputs: [
    { name: "input", takes: "any" },
    { name: "shape", takes: "known" },
  ],
  supports: "a shape known at compile time with which the input's broadcasts",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const wanted = node.known(1) as readonly number[];
    const shape = broadcastShape(x.shape, wanted);
    if (shape === undefined || shape.some((extent) => extent < 1))
      return node.refuse(`${shapeText(x.shape)} to ${shapeText(wanted)}`);
    return { outputs: [broadcastTo(x, shape)], gradient: (dy) => [sumTo(node.builder, dy, x.shape), undefined] };
  },
};
