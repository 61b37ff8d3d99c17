import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { call, map, operand, type Term } from "../builder/map.ts";
import { broadcastShape, type Value } from "../builder/value.ts";
import type { MapFunction } from "../../program/types.ts";
import type { NodeContext, NodeInput } from "./rule.ts";

/** What the elementwise nodes of two inputs have in common. */
export const broadcastInputs: readonly NodeInput[] = [
  { name: "A", takes: "any" },
  { name: "B", takes: "any" },
];
export const broadcastSupports = "two inputs of one type whose shapes broadcast";

/** Inputs 0 and 1, of one type, whose shapes must broadcast; `sign` is for the refusal. */
export function broadcastPair(node: NodeContext, sign: string): [Value, Value] {
  const [a, b] = [node.input(0), node.input(1)];
  if (broadcastShape(a.shape, b.shape) === undefined)
    node.refuse(`${shapeText(a.shape)} ${sign} ${shapeText(b.shape)}`);
  if (a.dtype !== b.dtype) node.refuse(`${a.dtype} ${sign} ${b.dtype}`);
  return [a, b];
}

/** `fn` of two inputs, elementwise: `integer` where they are integers, which wrap at 32 bits. */
export function pairwise(node: NodeContext, values: readonly Value[], fn: MapFunction, integer: MapFunction): Value {
  const dtype = (values[0] as Value).dtype;
  return map(node.builder, dtype, values, call(dtype === "f32" ? fn : integer, operand(0), operand(1)));
}

/** A gradient of the broadcast shape, summed over the axes along which `to` was repeated. */
export function gradientTo(node: NodeContext, to: Value, values: readonly Value[], term: Term): Value {
  return sumTo(node.builder, map(node.builder, "f32", values, term), to.shape);
}
