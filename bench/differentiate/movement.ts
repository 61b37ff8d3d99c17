import { product, type Tensor } from "./emitter.ts";
import { int, ints, type Rule } from "./rule.ts";

/** A 0 keeps an extent and −1 takes the rest. */
const reshape: Rule = (e, { inputs, integers }) => {
  const x = inputs[0]!;
  const asked = integers(1).map((extent, axis) => (extent === 0 ? x.shape[axis]! : extent));
  const rest = -product(x.shape) / product(asked);
  const shape = asked.map((extent) => (extent === -1 ? rest : extent));
  return { outputs: [e.reshape(x, shape)], pullback: ([g]) => [() => e.reshape(g!, x.shape)] };
};

const flatten: Rule = (e, { node, inputs }) => {
  const x = inputs[0]!;
  const axis = int(node, "axis", 1);
  const shape = [product(x.shape.slice(0, axis)), product(x.shape.slice(axis))];
  return { outputs: [e.reshape(x, shape)], pullback: ([g]) => [() => e.reshape(g!, x.shape)] };
};

const transpose: Rule = (e, { node, inputs }) => {
  const x = inputs[0]!;
  const perm = ints(node, "perm", x.shape.map((_, axis) => axis).toReversed());
  const inverse = perm.map((_, axis) => perm.indexOf(axis));
  return { outputs: [e.transpose(x, perm)], pullback: ([g]) => [() => e.transpose(g!, inverse)] };
};

/** ASSUMES: a gradient for every part. */
const split: Rule = (e, { node, inputs, integers }) => {
  const x = inputs[0]!;
  const axis = (int(node, "axis", 0) + x.shape.length) % x.shape.length;
  const parts = integers(1);
  const shapes = parts.map((part) => x.shape.with(axis, part));
  return {
    outputs: e.emitAll("Split", [x, e.integers(parts)], shapes, { axis }),
    pullback: (gradients) => [() => e.emit("Concat", gradients, x.shape, { axis })],
  };
};

/**
 * Rows of a table. The gradient is a product with one-hot rows: a scatter with a sum has no order among threads, so its bits change from
 * run to run.
 */
const gather: Rule = (e, { inputs }) => {
  const [table, indices] = inputs as [Tensor, Tensor];
  const [rows, width] = table.shape as [number, number];
  const output = e.emit("Gather", [table, indices], [...indices.shape, width], { axis: 0 });
  const slope = (g: Tensor) => e.emit("MatMul", [e.oneHot(indices, rows, 0), e.rows(g)], table.shape);
  return { outputs: [output], pullback: ([g]) => [() => slope(g!), undefined] };
};

export const movementRules: Readonly<Record<string, Rule>> = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Split: split,
  Gather: gather,
};
