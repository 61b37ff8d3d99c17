import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { map, type Term } from "../builder/map.ts";
import { broadcastShape, type Value } from "../builder/value.ts";
import type { NodeContext, NodeInput } from "./rule.ts";

/** What the elementwise nodes of two inputs have in common. */
export const broadcastInputs: readonly NodeInput[] = [
  { name: "A", takes: "f32" },
  { name: "B", takes: "f32" },
];
export const broadcastSupports = "two f32 inputs whose shapes broadcast";

/** Inputs 0 and 1, whose shapes must broadcast; `sign` is for the refusal. */
export function broadcastPair(node: NodeContext, sign: string): [Value, Value] {
  const [a, b] = [node.input(0), node.input(1)];
  if (broadcastShape(a.shape, b.shape) === undefined)
    node.refuse(`${shapeText(a.shape)} ${sign} ${shapeText(b.shape)}`);
  return [a, b];
}

/** A gradient of the broadcast shape, summed over the axes along which `to` was repeated. */
export function gradientTo(node: NodeContext, to: Value, values: readonly Value[], term: Term): Value {
  return sumTo(node.builder, map(node.builder, "f32", values, term), to.shape);
}
