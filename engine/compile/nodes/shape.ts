import { tensorValue } from "../builder/tensor.ts";
import type { NodeRule } from "./rule.ts";

/** The extents of the axes from start to before end, which are known: a constant. */
export const shape: NodeRule = {
  opType: "Shape",
  inputs: [{ name: "data", takes: "shape" }],
  supports: "any input, as integers known at compile time",
  attributes: ["start", "end"],
  opsets: "start and end from 15 on",
  lower(node) {
    const extents = node.input(0).shape;
    const values = extents.slice(node.number("start", 0), node.number("end", extents.length));
    if (values.length === 0) node.refuse("a shape of no axes");
    return { outputs: [tensorValue(node.builder, { dtype: "i32", shape: [values.length], values })] };
  },
};
