import { shapeText } from "../graph.ts";
import { sumTo } from "../builder/fold.ts";
import { broadcastTo, insertAxis, withUnitAxes, type Value } from "../builder/value.ts";
import { reshape } from "../builder/view.ts";
import type { NodeRule } from "./rule.ts";

/** The input one after the other along each axis as often as repeats says; dx = dy summed over the repetitions. */
export const tile: NodeRule = {
  opType: "Tile",
  inputs: [
    { name: "input", takes: "any" },
    { name: "repeats", takes: "known" },
  ],
  supports:
    "repeats of at least 1, one an axis, known at compile time, of at most eight axes counting each that repeats twice",
  attributes: [],
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const repeats = node.known(1) as readonly number[];
    const repeated = Array.from(x.shape.keys()).filter((axis) => repeats[axis] !== 1);
    const fits = repeats.length === x.shape.length && repeats.every((count) => count >= 1);
    if (!fits || repeats.length + repeated.length > 8) node.refuse(`repeats = ${shapeText(repeats)}`);
    // [r, extent] for each axis that repeats: the repetitions are an axis of their own.
    const split = repeated.toReversed().reduce((value, axis) => insertAxis(value, axis), x);
    const counts = x.shape.flatMap((extent, axis) =>
      repeats[axis] === 1 ? [extent] : [repeats[axis] as number, extent],
    );
    const shape = x.shape.map((extent, axis) => extent * (repeats[axis] as number));
    const gradient = (dy: Value) => [withUnitAxes(sumTo(b, reshape(b, dy, counts), split.shape), x.shape), undefined];
    return { outputs: [reshape(b, broadcastTo(split, counts), shape)], gradient };
  },
};
