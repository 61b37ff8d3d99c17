import { shapeText } from "../graph.ts";
import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { broadcastShape } from "../builder/value.ts";
import { gradientTo } from "./broadcast.ts";
import type { NodeRule } from "./rule.ts";

const condition = call("itof", operand(0));

/** b + c·(a − b), which is exact in integers modulo 2³². */
const integers: Term = call("iadd", operand(2), call("imul", operand(0), call("isub", operand(1), operand(2))));

/** y = c ? a : b with broadcasting. da = c ? dy : 0 and db = c ? 0 : dy, summed over the axes along which each was repeated. */
export const where: NodeRule = {
  opType: "Where",
  inputs: [
    { name: "condition", takes: "i32" },
    { name: "X", takes: "any" },
    { name: "Y", takes: "any" },
  ],
  supports: "a condition and two inputs of one type, whose shapes broadcast",
  attributes: [],
  lower(node) {
    const [c, a, b] = [node.input(0), node.input(1), node.input(2)];
    const common = broadcastShape(a.shape, b.shape);
    if (common === undefined || broadcastShape(c.shape, common) === undefined)
      node.refuse(`${shapeText(c.shape)} ? ${shapeText(a.shape)} : ${shapeText(b.shape)}`);
    if (a.dtype !== b.dtype) node.refuse(`${a.dtype} or ${b.dtype}`);
    if (a.dtype === "i32") return { outputs: [map(node.builder, "i32", [c, a, b], integers)] };
    const y = map(node.builder, "f32", [c, a, b], call("select", condition, operand(1), operand(2)));
    return {
      outputs: [y],
      gradient: (dy) => [
        undefined,
        gradientTo(node, a, [c, dy], call("select", condition, operand(1), f32(0))),
        gradientTo(node, b, [c, dy], call("select", condition, f32(0), operand(1))),
      ],
    };
  },
};
