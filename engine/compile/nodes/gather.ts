import { rowsOf } from "../builder/fold.ts";
import { gatherRows, scatterRows } from "../builder/gather.ts";
import { integersOf, tensorValue } from "../builder/tensor.ts";
import { product } from "../graph.ts";
import { withShape, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** Of a list of integers known at compile time, the elements at known places: an extent out of a shape. */
function knownElements(node: NodeContext, data: Value, indices: Value): Value | undefined {
  const list = data.shape.length === 1 ? integersOf(node.builder, data) : undefined;
  const places = list && integersOf(node.builder, indices);
  const values = places?.map((i) => list?.at(i) ?? node.refuse(`index ${i} into ${list?.length} integers`));
  return values && tensorValue(node.builder, { dtype: "i32", shape: indices.shape, values });
}

/** y = data[indices] along axis 0: an embedding. ddata = dy added into the rows named. An index outside the rows reads zeros. */
export const gather: NodeRule = {
  opType: "Gather",
  inputs: [
    { name: "data", takes: "any" },
    { name: "indices", takes: "i32" },
  ],
  supports: "axis 0, with integer indices in 0 … rows−1",
  attributes: ["axis"],
  lower(node) {
    node.only("axis", 0);
    const b = node.builder;
    const [data, indices] = [node.input(0), node.input(1)];
    if (data.shape.length === 0) node.refuse("a scalar as data");
    const known = knownElements(node, data, indices);
    if (known !== undefined) return { outputs: [known] };
    const [rows = 1, ...rest] = data.shape;
    const flat = data.shape.length === 2 ? data : reshape(b, data, [rows, product(rest)]);
    const index = reshape(b, indices, [product(indices.shape)]);
    const y = withShape(gatherRows(b, flat, index), [...indices.shape, ...rest]);
    if (data.dtype !== "f32") return { outputs: [y] };
    return {
      outputs: [y],
      gradient: (dy) => {
        const width = product(rest);
        const source = rest.length === 1 ? rowsOf(b, dy) : reshape(b, dy, [product(indices.shape), width]);
        return [withShape(scatterRows(b, source, index, rows), data.shape), undefined];
      },
    };
  },
};
