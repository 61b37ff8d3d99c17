import { fold } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { insertAxis, type Value } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";
import { softmaxAxis, softmaxOpsets } from "./softmax-axis.ts";

/** y = (x − max) − ln Σ e^(x − max) along an axis. dx = dy − e^y·Σ dy. ROUNDS: as written, with the axis last. */
export const logSoftmax: NodeRule = {
  opType: "LogSoftmax",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 along any axis",
  attributes: ["axis"],
  opsets: softmaxOpsets,
  lower(node) {
    const b = node.builder;
    const { last, back } = softmaxAxis(node);
    const x = last(node.input(0));
    const column = (value: Value) => insertAxis(value, x.shape.length - 1);
    const largest = column(fold(b, "max", x));
    const centred = call("sub", operand(0), operand(1));
    const sum = column(fold(b, "sum", map(b, "f32", [x, largest], call("exp", centred))));
    const y = map(b, "f32", [x, largest, sum], call("sub", centred, call("log", operand(2))));
    const gradient = (dy: Value) => {
      const g = last(dy);
      const slope = call("sub", operand(0), call("mul", call("exp", operand(1)), operand(2)));
      return [back(map(b, "f32", [g, y, column(fold(b, "sum", g))], slope))];
    };
    return { outputs: [back(y)], gradient };
  },
};
