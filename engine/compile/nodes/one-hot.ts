import { call, i32, map, operand } from "../builder/map.ts";
import { knownNumbers, tensorValue } from "../builder/tensor.ts";
import { insertAxis, withShape } from "../builder/value.ts";
import { axisOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** The on value at each index, counted from the end below 0, along a new axis, the off value elsewhere. */
export const oneHot: NodeRule = {
  opType: "OneHot",
  inputs: [
    { name: "indices", takes: "i32" },
    { name: "depth", takes: "known" },
    { name: "values", takes: "known f32" },
  ],
  supports: "integer indices, with a depth and f32 values known at compile time",
  attributes: ["axis"],
  lower(node) {
    const b = node.builder;
    const indices = node.input(0);
    const depth = node.knownNumber(1, 0);
    const values = knownNumbers(b, node.input(2)) ?? [];
    if (depth < 1 || values.length !== 2) node.refuse(`a depth of ${depth} and ${values.length} values`);
    const axis = axisOf(node, node.number("axis", -1), indices.shape.length + 1);
    const after = indices.shape.length - axis;
    const places = withShape(b.iota(node.listed(depth)), [depth, ...Array.from({ length: after }, () => 1)]);
    const scalar = (value: number) => tensorValue(b, { dtype: "f32", shape: [], values: Float32Array.of(value) });
    const [off, on] = values as [number, number];
    const fromEnd = call("iequal", call("iadd", operand(0), i32(depth)), operand(1));
    const here = call("max", call("iequal", operand(0), operand(1)), fromEnd);
    const operands = [insertAxis(indices, axis), places, scalar(on), scalar(off)];
    return { outputs: [map(b, "f32", operands, call("select", here, operand(2), operand(3)))] };
  },
};
