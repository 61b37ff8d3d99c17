import { call, f32, i32, map, operand, type Term } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** Of two integers, without a branch: y + (x − y where x is taken). */
function taken(x: Term, y: Term, condition: Term): Term {
  return call("iadd", y, call("imul", call("ftoi", condition), call("isub", x, y)));
}

const greater = (x: Term, y: Term) => taken(x, y, call("iless", y, x));
const lesser = (x: Term, y: Term) => taken(x, y, call("iless", x, y));

/** y = min(max(x, least), most). dx = dy where least ≤ x ≤ most, else 0. */
export const clip: NodeRule = {
  opType: "Clip",
  inputs: [
    { name: "input", takes: "any" },
    { name: "min", takes: "known any", optional: true },
    { name: "max", takes: "known any", optional: true },
  ],
  supports: "f32 and integers of any shape, with bounds known at compile time",
  attributes: [],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    if (x.dtype === "i32") {
      const [low, high] = [i32(node.knownNumber(1, -(2 ** 31))), i32(node.knownNumber(2, 2 ** 31 - 1))];
      return { outputs: [map(b, "i32", [x], lesser(greater(operand(0), low), high))] };
    }
    const least = f32(node.knownNumber(1, Number.NEGATIVE_INFINITY));
    const most = f32(node.knownNumber(2, Number.POSITIVE_INFINITY));
    const y = map(b, "f32", [x], call("min", call("max", operand(0), least), most));
    const inside: Term = call("select", call("less", operand(1), least), f32(0), operand(0));
    const slope = call("select", call("less", most, operand(1)), f32(0), inside);
    return { outputs: [y], gradient: (dy) => [map(b, "f32", [dy, x], slope)] };
  },
};
