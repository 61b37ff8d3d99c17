import { product } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { broadcastTo } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";
import { spatialOf } from "./windows.ts";

/** y = the mean of each channel; dx = dy/n, repeated over its n elements. */
export const globalAveragePool: NodeRule = {
  opType: "GlobalAveragePool",
  inputs: [{ name: "X", takes: "f32" }],
  supports: "f32 over one to three spatial axes",
  attributes: [],
  lower(node) {
    const x = node.input(0);
    const extents = spatialOf(node, x.shape);
    const kept = [...x.shape.slice(0, 2), ...extents.map(() => 1)];
    const share = call("div", operand(0), f32(product(extents)));
    const y = map(node.builder, "f32", [sumTo(node.builder, x, kept)], share);
    return { outputs: [y], gradient: (dy) => [broadcastTo(map(node.builder, "f32", [dy], share), x.shape)] };
  },
};
