import { shapeText } from "../graph.ts";
import { multiply } from "../builder/dot.ts";
import { sumTo } from "../builder/fold.ts";
import { call, f32, map, operand } from "../builder/map.ts";
import { broadcastShape, transpose, type Value } from "../builder/value.ts";
import { productGradients } from "./product.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

function scaled(node: NodeContext, value: Value, factor: number): Value {
  return factor === 1 ? value : map(node.builder, "f32", [value], call("mul", operand(0), f32(factor)));
}

/** The inputs after transA and transB, checked: a [M, K], b [K, N], c broadcast to [M, N]. */
function operandsOf(node: NodeContext): { a: Value; b: Value; c: Value | undefined } {
  const inputs = [node.input(0), node.input(1)] as const;
  for (const { shape } of inputs) if (shape.length !== 2) node.refuse(`an input of shape ${shapeText(shape)}`);
  const a = node.number("transA", 0) === 0 ? inputs[0] : transpose(inputs[0]);
  const b = node.number("transB", 0) === 0 ? inputs[1] : transpose(inputs[1]);
  if (a.shape[1] !== b.shape[0]) node.refuse(`${shapeText(a.shape)} times ${shapeText(b.shape)}`);
  const y = [a.shape[0] as number, b.shape[1] as number];
  const c = node.optional(2);
  if (c !== undefined && broadcastShape(c.shape, y)?.join() !== y.join())
    node.refuse(`C of shape ${shapeText(c.shape)}`);
  return { a, b, c };
}

/** y = alpha·a·b + beta·c. With both 1 the sum starts at c. da = alpha·dy·bᵀ, db = alpha·aᵀ·dy, dc = beta·dy summed. */
export const gemm: NodeRule = {
  opType: "Gemm",
  inputs: [
    { name: "A", takes: "f32" },
    { name: "B", takes: "f32" },
    { name: "C", takes: "f32", optional: true },
  ],
  supports: "two f32 matrices and an optional C that broadcasts, with transA, transB, alpha and beta",
  attributes: ["alpha", "beta", "transA", "transB"],
  storesTransposed: (node, input) => input === 1 && (node.attributes.get("transB") ?? 0) === 0,
  lower(node) {
    const [alpha, beta] = [node.number("alpha", 1), node.number("beta", 1)];
    const { a, b, c } = operandsOf(node);
    const addend = c === undefined || beta === 0 ? undefined : scaled(node, c, beta);
    const started = alpha === 1 ? addend : undefined;
    const sum = scaled(node, multiply(node.builder, a, transpose(b), started), alpha);
    const y =
      addend === undefined || started !== undefined
        ? sum
        : map(node.builder, "f32", [sum, addend], call("add", operand(0), operand(1)));
    return {
      outputs: [y],
      gradient: (dy) => {
        const [da, db] = productGradients(node.builder, a, b, scaled(node, dy, alpha));
        const dc = c && addend && sumTo(node.builder, scaled(node, dy, beta), c.shape);
        const back = (name: string, value: Value) => (node.number(name, 0) === 0 ? value : transpose(value));
        return [back("transA", da), back("transB", db), dc];
      },
    };
  },
};
