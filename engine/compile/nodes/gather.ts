import { gatherAlong, indexAlong, scatterAlong } from "../builder/gather.ts";
import { integerValue, knownNumbers } from "../builder/tensor.ts";
import { product } from "../graph.ts";
import { sliceAxis, withShape, type Value } from "../builder/value.ts";
import { reshape, spread } from "../builder/view.ts";
import { axisOf } from "./axes.ts";
import type { Lowered, NodeContext, NodeRule } from "./rule.ts";

/** The indices, those known at compile time checked and counted from the start. */
function indicesOf(node: NodeContext, rows: number): Value {
  const given = node.input(1);
  const known = knownNumbers(node.builder, given);
  if (known === undefined) return reshape(node.builder, given, [product(given.shape)]);
  const places = known.map((i) => {
    if (i < -rows || i >= rows) node.refuse(`index ${i} into ${rows} rows`);
    return i < 0 ? i + rows : i;
  });
  return integerValue(node.builder, places);
}

/** One known place of an axis: a slice of it. */
function place(node: NodeContext, data: Value, axis: number, index: number, shape: readonly number[]): Lowered {
  const at = sliceAxis(data, axis, index, 1);
  const extent = data.shape[axis] as number;
  const gradient = (dy: Value) => {
    const back = reshape(node.builder, dy, at.shape);
    return [extent === 1 ? back : spread(node.builder, back, [{ axis, start: index, step: 1, extent }])];
  };
  return { outputs: [reshape(node.builder, at, shape)], gradient };
}

/** y = data[indices] along an axis: an embedding. ddata = dy added into the rows named. An index outside the rows reads zeros. */
export const gather: NodeRule = {
  opType: "Gather",
  inputs: [
    { name: "data", takes: "any" },
    { name: "indices", takes: "i32" },
  ],
  supports: "integer indices in 0 … rows−1, or below 0 if they are known at compile time",
  attributes: ["axis"],
  lower(node) {
    const b = node.builder;
    const [data, indices] = [node.input(0), node.input(1)];
    const rank = data.shape.length;
    const axis = axisOf(node, node.number("axis", 0), rank);
    const rows = data.shape[axis] as number;
    const index = indicesOf(node, rows);
    const shape = data.shape.toSpliced(axis, 1, ...indices.shape);
    const known = knownNumbers(b, index);
    if (known?.length === 1) return place(node, data, axis, known[0] as number, shape);
    const along = indexAlong(index, axis, rank);
    const y = reshape(b, gatherAlong(b, data, axis, along), shape);
    const flat = data.shape.with(axis, product(indices.shape));
    return {
      outputs: [y],
      gradient: (dy) => {
        const source = indices.shape.length === 1 ? dy : reshape(b, dy, flat);
        return [withShape(scatterAlong(b, source, axis, along, rows), data.shape), undefined];
      },
    };
  },
};
