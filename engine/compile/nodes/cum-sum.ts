import { multiply } from "../builder/dot.ts";
import { insertAxis, permute, transpose, type Value } from "../builder/value.ts";
import { axisOf } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** Longest axis: the sums are a product with a triangle of ones, a constant of this square. */
const LONGEST = 2048;

/** y[i] = Σ x[j] over j ≤ i (exclusive: <; reverse: ≥) along an axis. dx[j] = Σ dy[i] over the same. */
export const cumSum: NodeRule = {
  opType: "CumSum",
  inputs: [
    { name: "x", takes: "f32" },
    { name: "axis", takes: "known" },
  ],
  supports: `f32 along an axis of at most ${LONGEST} elements, known at compile time`,
  attributes: ["exclusive", "reverse"],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const rank = x.shape.length;
    const axis = axisOf(node, node.knownNumber(1, 0), rank);
    const n = x.shape[axis] as number;
    if (n > LONGEST) node.refuse(`an axis of ${n} elements`, { axis });
    const [exclusive, reverse] = [node.number("exclusive", 0), node.number("reverse", 0)];
    const ones = Float32Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      const distance = reverse === 0 ? i - j : j - i;
      return Number(distance >= (exclusive === 0 ? 0 : 1));
    });
    const triangle = b.constant("f32", new Uint32Array(ones.buffer), [n, n]);
    const others = Array.from({ length: rank }, (_, each) => each).filter((each) => each !== axis);
    const sums = (value: Value, matrix: Value) => {
      const rows = insertAxis(permute(value, [...others, axis]), rank - 1);
      const product = multiply(b, rows, matrix);
      const last = { ...product, shape: product.shape.toSpliced(-2, 1), strides: product.strides.toSpliced(-2, 1) };
      return permute(last, Array.from({ length: rank - 1 }, (_, i) => i).toSpliced(axis, 0, rank - 1));
    };
    return { outputs: [sums(x, triangle)], gradient: (dy) => [sums(dy, transpose(triangle)), undefined] };
  },
};
