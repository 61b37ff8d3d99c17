import { fold } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { insertAxis, permute, type Value } from "../builder/value.ts";
import { axisOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** y = e^(x − max)/Σ along an axis. dx = y·(dy − Σ dy·y). ROUNDS: as written, with the axis last. */
export const softmax: NodeRule = {
  opType: "Softmax",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 along any axis",
  attributes: ["axis"],
  lower(node) {
    const b = node.builder;
    const rank = node.input(0).shape.length;
    const axis = axisOf(node, node.number("axis", -1), rank);
    const others = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis);
    const axisLast = (value: Value) => permute(value, [...others, axis]);
    const back = (value: Value) =>
      permute(value, Array.from({ length: rank - 1 }, (_, i) => i).toSpliced(axis, 0, rank - 1));
    const column = (value: Value) => insertAxis(value, rank - 1);
    const x = axisLast(node.input(0));
    const e = map(b, "f32", [x, column(fold(b, "max", x))], call("exp", call("sub", operand(0), operand(1))));
    const y = map(b, "f32", [e, column(fold(b, "sum", e))], call("div", operand(0), operand(1)));
    const gradient = (dy: Value) => {
      const g = axisLast(dy);
      const weighted = fold(b, "sum", map(b, "f32", [g, y], call("mul", operand(0), operand(1))));
      const slope = call("mul", operand(1), call("sub", operand(0), operand(2)));
      return [back(map(b, "f32", [g, y, column(weighted)], slope))];
    };
    return { outputs: [back(y)], gradient };
  },
};
