import { integerValue, knownNumbers } from "../builder/tensor.ts";
import { broadcastShape, broadcastTo, type Value } from "../builder/value.ts";
import type { NodeContext } from "./rule.ts";

/** Integer arithmetic that no operator has, on inputs that are known at compile time: for the shapes that exporters compute. */
export function knownPair(node: NodeContext, pair: [Value, Value], fn: (a: number, b: number) => number): Value {
  const shape = broadcastShape(pair[0].shape, pair[1].shape) as number[];
  const [a, b] = pair.map((value) => knownNumbers(node.builder, broadcastTo(value, shape)));
  if (a === undefined || b === undefined) return node.refuse("integers that are computed");
  if (b.includes(0)) node.refuse("a divisor of 0");
  const values = a.map((each, i) => fn(each, b[i] as number));
  return integerValue(node.builder, values, shape);
}
