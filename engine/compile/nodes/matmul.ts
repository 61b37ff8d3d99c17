import { shapeText } from "../graph.ts";
import { multiply } from "../builder/dot.ts";
import { rowsOf, sumTo } from "../builder/fold.ts";
import { broadcastShape, transpose, withShape, type Value } from "../builder/value.ts";
import { contiguous } from "../builder/view.ts";
import { productGradients } from "./product.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

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

/** y = x·w for x [..., M, K], w [..., K, N]; dx = dy·wᵀ, dw = xᵀ·dy, summed over broadcast leading axes. */
export const matmul: NodeRule = {
  opType: "MatMul",
  inputs: [
    { name: "A", takes: "f32" },
    { name: "B", takes: "f32" },
  ],
  supports: "two f32 inputs of two or more axes whose leading axes broadcast",
  attributes: [],
  storesTransposed: (_, input) => input === 1,
  lower(node) {
    const b = node.builder;
    const [x, w] = [node.input(0), node.input(1)];
    const lead = broadcastShape(x.shape.slice(0, -2), w.shape.slice(0, -2));
    const fits = x.shape.length >= 2 && w.shape.length >= 2 && lead !== undefined && x.shape.at(-1) === w.shape.at(-2);
    if (!fits) node.refuse(`${shapeText(x.shape)} times ${shapeText(w.shape)}`);
    if (w.shape.length === 2) return byMatrix(node, x, w);
    return {
      outputs: [multiply(b, x, transpose(w))],
      gradient: (dy) => {
        const [dx, dw] = productGradients(b, x, w, dy);
        return [sumTo(b, dx, x.shape), sumTo(b, dw, w.shape)];
      },
    };
  },
};
