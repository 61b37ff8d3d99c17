import { product } from "../graph.ts";
import type { Builder } from "./builder.ts";
import { cut, dot } from "./dot.ts";
import { fold } from "./fold.ts";
import { call, map, operand } from "./map.ts";
import { contiguousStrides, insertAxis, permute, withShape, type Value } from "./value.ts";
import { contiguous } from "./view.ts";
import { backwardOf, sweep, sweepOf, type Window } from "./windows.ts";

/** Shorter parts than this are not worth an operator's output. */
const SHORTEST_PART = 128;

/**
 * How a convolution of x [N, C, …extents] by w [O, C/groups, …taps] to y [N, O, …positions] is laid out. Every one of the three is a
 * product of matrices over the other two, for each group: a View lays the windows out, and a Dot sums.
 */
export interface Convolution {
  readonly windows: readonly Window[];
  readonly groups: number;
}

function sizesOf({ windows }: Convolution) {
  const of = (key: "extent" | "positions" | "taps") => windows.map((window) => window[key]);
  return { extents: of("extent"), positions: of("positions"), taps: product(of("taps")) };
}

/** w as [G, O/G, C/G, taps]. */
function groupedWeights(b: Builder, w: Value, { groups }: Convolution, taps: number): Value {
  const [outputs, inner] = w.shape as [number, number];
  return withShape(contiguous(b, w), [groups, outputs / groups, inner, taps]);
}

/** A channel's start value [G·n] as what the sums of [N, G, n, places] start at. */
function startOf(b: Builder, bias: Value | undefined, groups: number): Value | undefined {
  return bias && withShape(contiguous(b, bias), [1, groups, (bias.shape[0] as number) / groups, 1]);
}

/** y of x and w: Σ over a group's channels and taps, in this order, from the bias on. */
export function convolve(b: Builder, convolution: Convolution, x: Value, w: Value, bias?: Value): Value {
  const { windows, groups } = convolution;
  const { extents, positions, taps } = sizesOf(convolution);
  const [samples, channels] = x.shape as [number, number];
  const inner = channels / groups;
  const words = product(extents);
  const outputs = w.shape[0] as number;
  const columns = sweep(b, contiguous(b, x), windows.map(sweepOf), [
    { extent: samples * groups, stride: inner * words },
    "positions",
    { extent: inner, stride: words },
    "taps",
  ]);
  const k = inner * taps;
  const left = withShape(groupedWeights(b, w, convolution, taps), [1, groups, outputs / groups, 1, k]);
  const right = withShape(columns, [samples, groups, 1, product(positions), k]);
  return withShape(dot(b, left, right, startOf(b, bias, groups)), [samples, outputs, ...positions]);
}

/** x's gradient of y's and w (a transposed convolution): by the windows of y or by the columns of x, whichever has fewer words. */
export function convolveBack(b: Builder, convolution: Convolution, dy: Value, w: Value, bias?: Value): Value {
  const { extents, positions, taps } = sizesOf(convolution);
  const [outputs, inputs] = [dy.shape[1] as number, (w.shape[1] as number) * convolution.groups];
  const [words, places] = [product(extents), product(positions)];
  const byWindows = outputs * taps * words;
  const byColumns = outputs * places + inputs * taps * (places + words);
  return (byColumns < byWindows ? backByColumns : backByWindows)(b, convolution, dy, w, bias);
}

/** Σ over a group's outputs for each tap, then over the taps that lie on an element: no term for what a stride leaves out. */
function backByColumns(b: Builder, convolution: Convolution, dy: Value, w: Value, bias?: Value): Value {
  const { windows, groups } = convolution;
  const { extents, positions, taps } = sizesOf(convolution);
  const [samples, outputs] = dy.shape as [number, number];
  const [inner, places] = [w.shape[1] as number, product(positions)];
  const each = outputs / groups;
  const turned = permute(groupedWeights(b, w, convolution, taps), [0, 2, 3, 1]);
  const left = withShape(contiguous(b, turned), [1, groups, inner * taps, 1, each]);
  const right = permute(withShape(contiguous(b, dy), [samples, groups, each, places]), [0, 1, 3, 2]);
  const columns = dot(b, left, insertAxis(right, 2));
  const planes = samples * groups * inner;
  const order = [{ extent: planes, stride: taps * places }, "positions", "taps"] as const;
  const tapStrides = contiguousStrides(windows.map((window) => window.taps)).map((stride) => stride * places);
  const split = withShape(columns, [planes * taps, ...positions]);
  const swept = sweep(b, split, windows.map(backwardOf), order, 0, tapStrides);
  const shape = [samples, groups * inner, ...extents];
  const dx = withShape(fold(b, "sum", withShape(swept, [planes, product(extents), taps])), shape);
  if (bias === undefined) return dx;
  const channels = withShape(contiguous(b, bias), [groups * inner, ...extents.map(() => 1)]);
  return map(b, "f32", [dx, channels], call("add", operand(0), operand(1)));
}

/** Σ over a group's outputs and taps, in this order. */
function backByWindows(b: Builder, convolution: Convolution, dy: Value, w: Value, bias?: Value): Value {
  const { windows, groups } = convolution;
  const { extents, positions, taps } = sizesOf(convolution);
  const [samples, outputs] = dy.shape as [number, number];
  const [inner, words] = [w.shape[1] as number, product(positions)];
  const each = outputs / groups;
  const columns = sweep(b, contiguous(b, dy), windows.map(backwardOf), [
    { extent: samples * groups, stride: each * words },
    "positions",
    { extent: each, stride: words },
    "taps",
  ]);
  const k = each * taps;
  const turned = contiguous(b, permute(groupedWeights(b, w, convolution, taps), [0, 2, 1, 3]));
  const left = withShape(turned, [1, groups, inner, 1, k]);
  const right = withShape(columns, [samples, groups, 1, product(extents), k]);
  return withShape(dot(b, left, right, startOf(b, bias, groups)), [samples, groups * inner, ...extents]);
}

/** y [N, O, …] as [O, N·places]: what a channel's sums run along. */
export function byChannel(b: Builder, y: Value): Value {
  const [samples, channels, ...rest] = y.shape as [number, number, ...number[]];
  const places = product(rest);
  const flat = withShape(contiguous(b, y), [samples, channels, places]);
  return withShape(contiguous(b, permute(flat, [1, 0, 2])), [channels, samples * places]);
}

/** The longest even parts of a long sum, or the whole where it has none: parts are summed side by side, links of a chain one by one. */
function partOf(run: number): number {
  if (run <= 4 * cut) return run;
  for (let part = cut; part >= SHORTEST_PART; part--) if (run % part === 0) return part;
  return run;
}

/** x [G, m, run] times y [G, n, run]: [G, m, n]. ORDER: each part of the run, then the parts. */
function overRun(b: Builder, x: Value, y: Value): Value {
  const [groups, m, run] = x.shape as [number, number, number];
  const n = y.shape[1] as number;
  const part = partOf(run);
  const parts = run / part;
  const split = (value: Value, rows: number) => permute(withShape(value, [groups, rows, parts, part]), [0, 2, 1, 3]);
  const sums = dot(b, insertAxis(split(x, m), 3), insertAxis(split(y, n), 2));
  return parts === 1 ? withShape(sums, [groups, m, n]) : fold(b, "sum", permute(sums, [0, 2, 3, 1]));
}

/** w's gradient of x and y's: Σ over samples and positions, in this order. */
export function convolveWeights(b: Builder, convolution: Convolution, x: Value, dy: Value, shape: readonly number[]) {
  const { windows, groups } = convolution;
  const { extents, positions, taps } = sizesOf(convolution);
  const [samples, channels] = x.shape as [number, number];
  const [outputs, inner] = shape as [number, number];
  const words = product(extents);
  const run = samples * product(positions);
  const columns = sweep(b, contiguous(b, x), windows.map(sweepOf), [
    { extent: channels, stride: words },
    "taps",
    { extent: samples, stride: channels * words },
    "positions",
  ]);
  const left = withShape(byChannel(b, dy), [groups, outputs / groups, run]);
  return withShape(overRun(b, left, withShape(columns, [groups, inner * taps, run])), shape);
}
