import { integerValue } from "../builder/tensor.ts";
import { product } from "../graph.ts";
import type { NodeRule } from "./rule.ts";

/** The number of elements, which is known: a constant. */
export const size: NodeRule = {
  opType: "Size",
  inputs: [{ name: "data", takes: "shape" }],
  supports: "any input",
  attributes: [],
  lower(node) {
    return { outputs: [integerValue(node.builder, [product(node.input(0).shape)], [])] };
  },
};
