import { integerValue } from "../builder/tensor.ts";
import { product } from "../graph.ts";
import type { NodeRule } from "./rule.ts";

/** The product of a list of integers known at compile time: the number of elements, out of a shape. */
export const reduceProd: NodeRule = {
  opType: "ReduceProd",
  inputs: [
    { name: "data", takes: "known" },
    { name: "axes", takes: "known", optional: true },
  ],
  supports: "a list of integers known at compile time",
  attributes: ["axes", "keepdims", "noop_with_empty_axes"],
  lower(node) {
    if (node.input(0).shape.length > 1) node.refuse("a product over some axes");
    const total = product(node.known(0) as readonly number[]);
    return { outputs: [integerValue(node.builder, [total], node.number("keepdims", 1) === 0 ? [] : [1])] };
  },
};
