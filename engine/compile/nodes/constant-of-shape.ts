import { shapeText } from "../graph.ts";
import { tensorValue } from "../builder/tensor.ts";
import { broadcastTo, withShape } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";

/** One value, 0 if none is named, in a shape known at compile time. */
export const constantOfShape: NodeRule = {
  opType: "ConstantOfShape",
  inputs: [{ name: "input", takes: "known" }],
  supports: "a shape known at compile time",
  attributes: ["value"],
  lower(node) {
    const shape = node.known(0) as readonly number[];
    if (shape.some((extent) => extent < 1)) node.refuse(`the shape ${shapeText(shape)}`);
    const given = node.attribute("value");
    const zero = { dtype: "f32", shape: [1], values: new Float32Array(1) } as const;
    const value = typeof given === "object" && "dtype" in given ? given : zero;
    return { outputs: [broadcastTo(withShape(tensorValue(node.builder, value), []), shape)] };
  },
};
