import { shapeText } from "../graph.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { broadcastShape } from "../builder/value.ts";
import { gradientTo } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

/** y = x > 0 ? x : slope·x. dx = x > 0 ? dy : slope·dy, dslope = x > 0 ? 0 : dy·x, summed over what the slope is repeated along. */
export const prelu: NodeRule = {
  opType: "PRelu",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "slope", takes: "f32" },
  ],
  supports: "f32 of any shape, and a slope that broadcasts to it",
  attributes: [],
  lower(node) {
    const b = node.builder;
    const [x, slope] = [node.input(0), node.input(1)];
    if (broadcastShape(x.shape, slope.shape)?.join() !== x.shape.join())
      node.refuse(`${shapeText(x.shape)} with a slope ${shapeText(slope.shape)}`);
    const sloped = call("mul", operand(0), operand(1));
    const y = map(b, "f32", [x, slope], call("select", call("less", f32(0), operand(0)), operand(0), sloped));
    const dx = call("select", call("less", f32(0), operand(2)), operand(0), sloped);
    const dslope = call("select", call("less", f32(0), operand(1)), f32(0), sloped);
    return {
      outputs: [y],
      gradient: (dy) => [map(b, "f32", [dy, slope, x], dx), gradientTo(node, slope, [dy, x], dslope)],
    };
  },
};
