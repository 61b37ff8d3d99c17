import { fold, foldProduct } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { insertAxis, type Value } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";
import { softmaxAxis, softmaxOpsets } from "./softmax-axis.ts";

/** y = e^(x − max)/Σ along an axis. dx = y·(dy − Σ dy·y). ROUNDS: as written, with the axis last. */
export const softmax: NodeRule = {
  opType: "Softmax",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 along any axis",
  attributes: ["axis"],
  opsets: softmaxOpsets,
  lower(node) {
    const b = node.builder;
    const { last, back } = softmaxAxis(node);
    const x = last(node.input(0));
    const column = (value: Value) => insertAxis(value, x.shape.length - 1);
    const e = map(b, "f32", [x, column(fold(b, "max", x))], call("exp", call("sub", operand(0), operand(1))));
    const y = map(b, "f32", [e, column(fold(b, "sum", e))], call("div", operand(0), operand(1)));
    const gradient = (dy: Value) => {
      const g = last(dy);
      const slope = call("mul", operand(1), call("sub", operand(0), operand(2)));
      return [back(map(b, "f32", [g, y, column(foldProduct(b, g, y))], slope))];
    };
    return { outputs: [back(y)], gradient };
  },
};
