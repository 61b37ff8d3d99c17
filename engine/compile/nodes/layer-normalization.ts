import { product, shapeText } from "../graph.ts";
import { fold, foldProduct } from "../builder/fold.ts";
import { call, map, operand } from "../builder/map.ts";
import { normaliseRows } from "../builder/normalise.ts";
import { transpose, withShape, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import { axisOf } from "./axes.ts";
import type { NodeContext, NodeRule } from "./rule.ts";

/** A scale or a shift [n] of normalised rows, which may be left out or be repeated along leading axes of extent 1. */
function weightsOf(node: NodeContext, index: number, inner: readonly number[]): Value | undefined {
  const value = node.optional(index);
  if (value === undefined) return undefined;
  if (product(value.shape) !== product(inner)) node.refuse(`input ${index} of shape ${shapeText(value.shape)}`);
  return reshape(node.builder, value, [product(inner)]);
}

/** A node that normalises over its last axes: LayerNormalization, and without the mean RMSNormalization. */
export function rowNormalisation(
  opType: string,
  centred: boolean,
  about: Pick<NodeRule, "attributes" | "opsets">,
): NodeRule {
  return {
    opType,
    inputs: [
      { name: "X", takes: "f32" },
      { name: "scale", takes: "f32" },
      ...(centred ? [{ name: "B", takes: "f32", optional: true } as const] : []),
    ],
    supports: `f32 over all axes from axis on, with ${centred ? "a scale and a shift" : "a scale"} of these axes, and one output`,
    ...about,
    lower(node) {
      const b = node.builder;
      const x = node.input(0);
      const axis = axisOf(node, node.number("axis", -1), x.shape.length);
      const inner = x.shape.slice(axis);
      const rows = [product(x.shape.slice(0, axis)), product(inner)];
      const [scale, shift] = [weightsOf(node, 1, inner) as Value, weightsOf(node, 2, inner)];
      const { y: normal, back } = normaliseRows(b, reshape(b, x, rows), node.number("epsilon", 1e-5), centred);
      const scaled = call("mul", operand(0), operand(1));
      const y = shift
        ? map(b, "f32", [normal, scale, shift], call("add", scaled, operand(2)))
        : map(b, "f32", [normal, scale], scaled);
      const gradient = (dy: Value) => {
        const g = reshape(b, dy, rows);
        const columns = transpose(g);
        const dscale = foldProduct(b, columns, transpose(normal));
        return [
          withShape(back(map(b, "f32", [g, scale], scaled)), x.shape),
          withShape(dscale, node.input(1).shape),
          shift && withShape(fold(b, "sum", columns), (node.optional(2) as Value).shape),
        ];
      };
      return { outputs: [withShape(y, x.shape)], gradient };
    },
  };
}

/** y = (x − mean)/√(variance + ε)·scale + shift over the last axes. dscale = Σ dy·normal and dshift = Σ dy over the rows. */
export const layerNormalization = rowNormalisation("LayerNormalization", true, {
  attributes: ["axis", "epsilon", "stash_type"],
  opsets: "from 17 on",
});
