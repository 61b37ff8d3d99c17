import type { NodeContext } from "./rule.ts";

/** An axis of `rank`, counted from the end where it is negative, as 0 … rank−1. */
export function axisOf(node: NodeContext, axis: number, rank: number): number {
  if (!(axis >= -rank && axis < rank)) node.refuse(`axis ${axis} of ${rank} axes`, { axis, rank });
  return axis < 0 ? axis + rank : axis;
}

/** Axes of `rank`, none twice, in the order given. */
export function axesOf(node: NodeContext, axes: readonly number[], rank: number): number[] {
  const found = axes.map((axis) => axisOf(node, axis, rank));
  if (new Set(found).size < found.length) node.refuse(`the axes ${axes.join(", ")}, one of them twice,`, { axes });
  return found;
}

/** A list of integers in an attribute; undefined where it is left out. */
export function integersIn(node: NodeContext, name: string): readonly number[] | undefined {
  const value = node.attribute(name);
  if (value === undefined || Array.isArray(value)) return value;
  return node.refuse(`attribute ${name} that is no list of integers`, { attribute: name });
}

/** Integers of input `index`, or of an attribute in the opsets that had one there; undefined where both are left out. */
export function knownOr(node: NodeContext, index: number, attribute: string): readonly number[] | undefined {
  return node.known(index) ?? integersIn(node, attribute);
}
