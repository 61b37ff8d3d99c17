import { alongAxis } from "../builder/along.ts";
import { transpose } from "../builder/value.ts";
import { axisOf } from "./axes.ts";
import { bySums } from "./integer-sums.ts";
import type { NodeRule } from "./rule.ts";

/** Longest axis: the sums are a product with a triangle of ones, a constant of this square. */
const LONGEST = 2048;

/** y[i] = Σ x[j] over j ≤ i (exclusive: <; reverse: ≥) along an axis. dx[j] = Σ dy[i] over the same. */
export const cumSum: NodeRule = {
  opType: "CumSum",
  inputs: [
    { name: "x", takes: "any" },
    { name: "axis", takes: "known" },
  ],
  supports: `f32, and integers whose sums stay within ±2²⁴, along an axis of at most ${LONGEST} elements, known at compile time`,
  attributes: ["exclusive", "reverse"],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const axis = axisOf(node, node.knownNumber(1, 0), x.shape.length);
    const n = x.shape[axis] as number;
    if (n > LONGEST) node.refuse(`an axis of ${n} elements`, { axis });
    const [exclusive, reverse] = [node.number("exclusive", 0), node.number("reverse", 0)];
    const ones = Float32Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      const distance = reverse === 0 ? i - j : j - i;
      return Number(distance >= (exclusive === 0 ? 0 : 1));
    });
    const triangle = b.constant("f32", new Uint32Array(ones.buffer), [n, n]);
    if (x.dtype === "i32") return { outputs: [bySums(b, x, (value) => alongAxis(b, value, axis, triangle))] };
    return {
      outputs: [alongAxis(b, x, axis, triangle)],
      gradient: (dy) => [alongAxis(b, dy, axis, transpose(triangle)), undefined],
    };
  },
};
