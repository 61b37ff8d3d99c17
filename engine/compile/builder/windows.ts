import type { Guard, View } from "../../program/types.ts";
import type { Builder } from "./builder.ts";
import type { Value } from "./value.ts";

/** How windows lie along one axis: position p with tap t reads element p·stride + t·dilation − before. */
export interface Window {
  /** Of the axis that is read; elements before and after it are padding. */
  readonly extent: number;
  readonly positions: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
}

/** A read of an axis by two output axes: element (offset + position·p + tap·t)/divisor, where that is one. */
export interface Sweep {
  readonly extent: number;
  readonly positions: number;
  readonly taps: number;
  readonly offset: number;
  readonly position: number;
  readonly tap: number;
  readonly divisor: number;
}

/** For each position and tap, the element under it. */
export function sweepOf({ extent, positions, taps, stride, dilation, before }: Window): Sweep {
  return { extent, positions, taps, offset: 0 - before, position: stride, tap: dilation, divisor: 1 };
}

/** For each element and tap, the position whose tap lies on the element: what a gradient reads. */
export function backwardOf({ extent, positions, taps, stride, dilation, before }: Window): Sweep {
  return {
    extent: positions,
    positions: extent,
    taps,
    offset: before,
    position: 1,
    tap: 0 - dilation,
    divisor: stride,
  };
}

/** Whether a sweep stays inside its axis, so that strides alone read it. */
function staysInside({ extent, positions, taps, offset, position, tap, divisor }: Sweep): boolean {
  const last = offset + position * (positions - 1) + tap * (taps - 1);
  return divisor === 1 && (tap >= 0 || taps === 1) && offset >= 0 && last < extent;
}

/** A plain output axis, or all positions or all taps of the swept axes. */
export type SweepAxis = { readonly extent: number; readonly stride: number } | "positions" | "taps";

/** An output axis with its stride in the words read, or its factor in the sweep that it belongs to. */
interface OutputAxis {
  readonly extent: number;
  readonly stride: number;
  readonly swept: number;
  readonly factor: number;
}

/**
 * The View that sweeps the last axes of `value`, row-major in its words; `order` says how the output's axes lie. `fill` (a bit pattern)
 * stands where a sweep leaves its axis. Where every tap has words of its own, `tapStrides` says how far apart they are.
 */
export function sweep(
  b: Builder,
  value: Value,
  sweeps: readonly Sweep[],
  order: readonly SweepAxis[],
  fill = 0,
  tapStrides: readonly number[] = [],
): Value {
  const strides = value.strides.slice(-sweeps.length);
  const axes = order.flatMap((axis): OutputAxis[] => {
    if (typeof axis !== "string") return [{ ...axis, swept: -1, factor: 0 }];
    const factor = axis === "positions" ? "position" : "tap";
    const strideOf = (swept: number) => (axis === "taps" ? (tapStrides[swept] ?? 0) : 0);
    return sweeps.map((each, swept) => ({
      extent: each[axis],
      stride: strideOf(swept),
      swept,
      factor: each[factor],
    }));
  });
  const read = axes.map(({ extent, stride }) => (extent === 1 ? 0 : stride));
  const guards: Guard[] = [];
  let { offset } = value;
  sweeps.forEach((each, i) => {
    const stride = strides[i] as number;
    const coefficients = axes.map(({ extent, swept, factor }) => (swept === i && extent > 1 ? factor : 0));
    if (staysInside(each)) {
      offset += each.offset * stride;
      coefficients.forEach((factor, axis) => (read[axis] = (read[axis] as number) + factor * stride));
    } else guards.push({ offset: each.offset, coefficients, divisor: each.divisor, bound: each.extent, stride });
  });
  const view: View = {
    kind: "View",
    dtype: value.dtype,
    extents: axes.map(({ extent }) => extent),
    operands: [{ ref: value.ref, offset, strides: read }],
    guards: [guards],
    fill: guards.length === 0 ? 0 : fill,
  };
  return b.emit(view);
}
