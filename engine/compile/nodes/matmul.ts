import { shapeText } from "../graph.ts";
import { multiply } from "../builder/dot.ts";
import { rowsOf, sumTo } from "../builder/fold.ts";
import { broadcastShape, insertAxis, transpose, withShape, withUnitAxes, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { productGradients } from "./product.ts";
import type { Gradient, Lowered, NodeContext, NodeRule } from "./rule.ts";

/** A matrix on the right serves all leading axes of the left, which are then just more rows. */
function byMatrix(node: NodeContext, x: Value, w: Value): Lowered {
  const b = node.builder;
  const rows = rowsOf(b, x);
  const y = withShape(multiply(b, rows, transpose(w)), [...x.shape.slice(0, -1), w.shape[1] as number]);
  const gradient = (dy: Value) => {
    const [dx, dw] = productGradients(b, rows, w, rowsOf(b, dy));
    return [withShape(contiguous(b, dx), x.shape), dw];
  };
  return { outputs: [y], gradient };
}

/** A vector on the left is a matrix of one row, on the right one of one column. */
function asMatrices(node: NodeContext): [Value, Value] {
  const [x, w] = [node.input(0), node.input(1)];
  return [x.shape.length === 1 ? insertAxis(x, 0) : x, w.shape.length === 1 ? insertAxis(w, 1) : w];
}

/** The lowered product with a vector's axis left out of its shape again. */
function withVectors(node: NodeContext, lowered: Lowered): Lowered {
  const [x, w] = [node.input(0), node.input(1)];
  if (x.shape.length > 1 && w.shape.length > 1) return lowered;
  const y = lowered.outputs[0] as Value;
  const rank = y.shape.length;
  const shape = y.shape.filter(
    (_, axis) => !(x.shape.length === 1 && axis === rank - 2) && !(w.shape.length === 1 && axis === rank - 1),
  );
  const gradient = (dy: Value) =>
    (lowered.gradient as Gradient)(withUnitAxes(dy, y.shape)).map(
      (each, i) => each && withUnitAxes(each, node.input(i).shape),
    );
  return { outputs: [withUnitAxes(y, shape)], gradient };
}

/** y = x·w for x [..., M, K], w [..., K, N]; dx = dy·wᵀ, dw = xᵀ·dy, summed over broadcast leading axes. */
export const matmul: NodeRule = {
  opType: "MatMul",
  inputs: [
    { name: "A", takes: "f32" },
    { name: "B", takes: "f32" },
  ],
  supports: "two f32 inputs of one or more axes whose leading axes broadcast",
  attributes: [],
  storesTransposed: (_, input) => input === 1,
  lower(node) {
    const b = node.builder;
    const [x, w] = asMatrices(node);
    const lead = broadcastShape(x.shape.slice(0, -2), w.shape.slice(0, -2));
    const fits = x.shape.length >= 2 && w.shape.length >= 2 && lead !== undefined && x.shape.at(-1) === w.shape.at(-2);
    if (!fits) node.refuse(`${shapeText(x.shape)} times ${shapeText(w.shape)}`);
    if (w.shape.length === 2) return withVectors(node, byMatrix(node, x, w));
    return withVectors(node, {
      outputs: [multiply(b, x, transpose(w))],
      gradient: (dy) => {
        const [dx, dw] = productGradients(b, x, w, dy);
        return [sumTo(b, dx, x.shape), sumTo(b, dw, w.shape)];
      },
    });
  },
};
