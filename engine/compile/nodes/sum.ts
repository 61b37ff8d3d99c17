import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { broadcastShape, type Value } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";

/** The sum of any number of inputs, from the first on; the gradient of each is dy, summed over the axes along which it was repeated. */
export const sum: NodeRule = {
  opType: "Sum",
  inputs: [{ name: "data_0", takes: "f32", repeated: true }],
  supports: "any number of f32 inputs whose shapes broadcast",
  attributes: [],
  lower(node) {
    const { inputs, builder } = node;
    const y = inputs.reduce((total, each) => {
      if (broadcastShape(total.shape, each.shape) === undefined)
        node.refuse(`${shapeText(total.shape)} + ${shapeText(each.shape)}`);
      return map(builder, "f32", [total, each], call("add", operand(0), operand(1)));
    });
    return { outputs: [y], gradient: (dy: Value) => inputs.map(({ shape }) => sumTo(builder, dy, shape)) };
  },
};
