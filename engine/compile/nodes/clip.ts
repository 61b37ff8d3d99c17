import { call, f32, map, operand, type Term } from "../builder/map.ts";
import type { NodeRule } from "./rule.ts";

/** y = min(max(x, least), most). dx = dy where least ≤ x ≤ most, else 0. */
export const clip: NodeRule = {
  opType: "Clip",
  inputs: [
    { name: "input", takes: "f32" },
    { name: "min", takes: "known f32", optional: true },
    { name: "max", takes: "known f32", optional: true },
  ],
  supports: "f32 of any shape, with bounds known at compile time",
  attributes: [],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const least = f32(node.knownNumber(1, Number.NEGATIVE_INFINITY));
    const most = f32(node.knownNumber(2, Number.POSITIVE_INFINITY));
    const y = map(b, "f32", [x], call("min", call("max", operand(0), least), most));
    const inside: Term = call("select", call("less", operand(1), least), f32(0), operand(0));
    const slope = call("select", call("less", most, operand(1)), f32(0), inside);
    return { outputs: [y], gradient: (dy) => [map(b, "f32", [dy, x], slope)] };
  },
};
