import { shapeText } from "../graph.ts";
import { call, f32, i32, map, operand, type Term } from "../builder/map.ts";
import { withShape, type Value } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";

/** The upper (or lower) triangle of matrices from diagonal k on, zeros elsewhere; dx the same of dy. */
export const trilu: NodeRule = {
  opType: "Trilu",
  inputs: [
    { name: "input", takes: "any" },
    { name: "k", takes: "known", optional: true },
  ],
  supports: "matrices, with k known at compile time",
  attributes: ["upper"],
  opsets: "from 14 on",
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    if (x.shape.length < 2) node.refuse(`an input of shape ${shapeText(x.shape)}`);
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    const k = node.knownNumber(1, 0);
    const diagonal = call("isub", operand(2), operand(1));
    const outside: Term =
      node.number("upper", 1) === 0 ? call("iless", i32(k), diagonal) : call("iless", diagonal, i32(k));
    const kept: Term =
      x.dtype === "f32"
        ? call("select", outside, f32(0), operand(0))
        : call("imul", operand(0), call("ftoi", call("sub", f32(1), outside)));
    const places = [withShape(b.iota(rows), [rows, 1]), b.iota(columns)];
    const triangle = (value: Value) => map(b, value.dtype, [value, ...places], kept);
    return { outputs: [triangle(x)], gradient: (dy) => [triangle(dy)] };
  },
};
