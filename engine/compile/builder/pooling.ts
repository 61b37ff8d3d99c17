import { product } from "../graph.ts";
import type { Builder } from "./builder.ts";
import { fold } from "./fold.ts";
import { call, f32, map, operand, type Term } from "./map.ts";
import { broadcastTo, withShape, type Value } from "./value.ts";
import { contiguous, spread } from "./view.ts";
import { backwardOf, sweep, sweepOf, type Window } from "./windows.ts";

/** Bits of −∞. */
const NEGATIVE_INFINITY = 0xff800000;

/** The taps of every window of x [N, C, …extents]: [N·C, positions, taps]. */
export function windowsIn(b: Builder, windows: readonly Window[], x: Value, fill: "zero" | "least"): Value {
  const [samples, channels, ...extents] = x.shape as [number, number, ...number[]];
  const planes = { extent: samples * channels, stride: product(extents) };
  const bits = fill === "zero" ? 0 : NEGATIVE_INFINITY;
  const swept = sweep(b, contiguous(b, x), windows.map(sweepOf), [planes, "positions", "taps"], bits);
  const [positions, taps] = [windows.map((each) => each.positions), windows.map((each) => each.taps)];
  return withShape(swept, [planes.extent, product(positions), product(taps)]);
}

/** Windows that lie side by side without a gap: each element belongs to at most one. */
function areTiles(windows: readonly Window[]): boolean {
  return windows.every(({ extent, positions, taps, stride, dilation, before }) => {
    return taps === stride && (dilation === 1 || taps === 1) && before === 0 && positions * stride <= extent;
  });
}

/** A value of every window [N·C, positions] for each of the window's elements: [N·C, p1, t1, p2, t2, …]. */
function overTiles(windows: readonly Window[], value: Value): Value {
  const planes = value.shape[0] as number;
  const split = withShape(value, [planes, ...windows.flatMap(({ positions }) => [positions, 1])]);
  return broadcastTo(split, [planes, ...windows.flatMap(({ positions, taps }) => [positions, taps])]);
}

/** What lies on tiles, among zeros where the tiles do not reach. */
function fromTiles(b: Builder, windows: readonly Window[], value: Value): Value {
  const planes = value.shape[0] as number;
  const tiled = withShape(contiguous(b, value), [planes, ...windows.map(({ positions, taps }) => positions * taps)]);
  const cut = windows.flatMap(({ extent, positions, taps }, i) =>
    positions * taps < extent ? [{ axis: i + 1, start: 0, step: 1, extent }] : [],
  );
  return spread(b, tiled, cut);
}

/** What a window gives each of its elements: a Map of its values (operands 0, 1, …) and, as the last operand, the tap's rank. */
interface Share {
  readonly term: Term;
  readonly ranks: Value;
}

/**
 * Σ over the windows that hold an element of what each gives it: its share, or without one the window's value itself.
 * Values are [N·C, positions]; the result has the elements of [N·C, …extents].
 */
export function gatherBack(b: Builder, windows: readonly Window[], values: readonly Value[], share?: Share): Value {
  const planes = (values[0] as Value).shape[0] as number;
  const taps = windows.map((window) => window.taps);
  const dense = values.map((value) => contiguous(b, value));
  if (areTiles(windows)) {
    const tiles = dense.map((each) => overTiles(windows, each));
    const places = share && withShape(share.ranks, [1, ...taps.flatMap((each) => [1, each])]);
    return fromTiles(b, windows, places ? map(b, "f32", [...tiles, places], share.term) : (tiles[0] as Value));
  }
  const positions = windows.map((window) => window.positions);
  const rows = product(windows.map(({ extent }) => extent));
  const swept = dense.map((value) => {
    const planesOf = { extent: planes, stride: product(positions) };
    const spatial = withShape(value, [planes, ...positions]);
    const view = sweep(b, spatial, windows.map(backwardOf), [planesOf, "positions", "taps"]);
    return withShape(view, [planes, rows, product(taps)]);
  });
  return fold(b, "sum", share ? map(b, "f32", [...swept, share.ranks], share.term) : (swept[0] as Value));
}

/** Numbers of the taps of a window, the first the largest: taps … 1, exact in f32 below 2²⁴. */
export function ranksOf(b: Builder, windows: readonly Window[]): Value {
  const taps = product(windows.map((window) => window.taps));
  const words = new Uint32Array(Float32Array.from({ length: taps }, (_, i) => taps - i).buffer);
  return b.constant("f32", words, [taps]);
}

/** The largest of every window, with the gradient: it goes to the first tap that is as large. */
export function largestOf(b: Builder, windows: readonly Window[], x: Value) {
  const taps = windowsIn(b, windows, x, "least");
  const y = fold(b, "max", taps);
  const shape = [...x.shape.slice(0, 2), ...windows.map(({ positions }) => positions)];
  const back = (dy: Value) => {
    const ranks = ranksOf(b, windows);
    const isLargest = call("equal", operand(0), operand(1));
    const column = withShape(y, [...y.shape, 1]);
    const best = fold(b, "max", map(b, "f32", [taps, column, ranks], call("mul", isLargest, operand(2))));
    const chosen = call("select", call("equal", operand(1), operand(2)), operand(0), f32(0));
    const flat = withShape(contiguous(b, dy), y.shape);
    return withShape(gatherBack(b, windows, [flat, best], { term: chosen, ranks }), x.shape);
  };
  return { y: withShape(y, shape), back };
}
