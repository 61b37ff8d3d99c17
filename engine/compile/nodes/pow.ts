import { call, f32, map, operand, type Term } from "../builder/map.ts";
import { knownNumbers } from "../builder/tensor.ts";
import { product, shapeText } from "../graph.ts";
import { broadcastShape, type Value } from "../builder/value.ts";
import { gradientTo } from "./broadcast.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

/** Largest whole exponent that becomes products; two multiplications a binary digit stay within a Map. */
const MOST_FACTORS = 64;

/** x to the power of n ≥ 1 by squaring. */
function byProducts(x: Term, n: number): Term {
  if (n === 1) return x;
  const half = byProducts(x, Math.floor(n / 2));
  const square = call("mul", half, half);
  return n % 2 === 0 ? square : call("mul", square, x);
}

/** x^e for a known e: products for whole numbers, roots for halves, else e^(e·ln x), which is NaN below 0. */
function power(x: Term, e: number): Term {
  const size = Math.abs(e);
  if (e === 0) return call("add", call("mul", x, f32(0)), f32(1));
  if (size * 2 !== Math.floor(size * 2) || size > MOST_FACTORS) return call("exp", call("mul", call("log", x), f32(e)));
  const whole = Math.floor(size);
  const root = call("sqrt", x);
  const positive = whole === size ? byProducts(x, whole) : whole === 0 ? root : call("mul", byProducts(x, whole), root);
  return e < 0 ? call("div", f32(1), positive) : positive;
}

function byKnown(node: NodeContext, x: Value, e: number): Lowered {
  const b = node.builder;
  if (e === 1) return { outputs: [x], gradient: (dy) => [dy] };
  const y = map(b, "f32", [x], power(operand(0), e));
  const slope = e === 2 ? call("add", operand(1), operand(1)) : call("mul", power(operand(1), e - 1), f32(e));
  const dx = call("mul", operand(0), slope);
  return { outputs: [y], gradient: (dy) => [map(b, "f32", [dy, x], dx)] };
}

/**
 * y = x^e. dx = dy·e·x^(e−1); de = dy·y·ln x, 0 where x is 0. An exponent that is a known number becomes products and roots where it
 * is a multiple of ½ up to 64; any other power is e^(e·ln x), so NaN below 0.
 */
export const pow: NodeRule = {
  opType: "Pow",
  inputs: [
    { name: "X", takes: "f32" },
    { name: "Y", takes: "any" },
  ],
  supports:
    "an f32 base and an exponent whose shapes broadcast; the base above 0 unless the exponent is a known multiple of ½",
  attributes: [],
  lower(node) {
    const b = node.builder;
    const [x, e] = [node.input(0), node.input(1)];
    const known = product(e.shape) === 1 && e.shape.length <= x.shape.length ? knownNumbers(b, e)?.[0] : undefined;
    if (known !== undefined) return byKnown(node, x, known);
    if (e.dtype === "i32") node.refuse("an integer exponent that is computed");
    if (broadcastShape(x.shape, e.shape) === undefined) node.refuse(`${shapeText(x.shape)} ^ ${shapeText(e.shape)}`);
    const general = (exponent: Term) => call("exp", call("mul", exponent, call("log", operand(0))));
    const y = map(b, "f32", [x, e], general(operand(1)));
    const dx = call("mul", call("mul", operand(2), operand(1)), general(call("sub", operand(1), f32(1))));
    const growth = call("mul", call("mul", operand(0), operand(2)), call("log", operand(1)));
    const de = call("select", call("equal", operand(1), f32(0)), f32(0), growth);
    return {
      outputs: [y],
      gradient: (dy) => [gradientTo(node, x, [x, e, dy], dx), gradientTo(node, e, [dy, x, y], de)],
    };
  },
};
