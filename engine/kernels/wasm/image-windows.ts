import type { Guard, View } from "../../program/types.ts";

/** Windows of images and their adjoints, as convolutions and pools are lowered to them: for tests. */
export interface ImageWindows {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Sides of a window. */
  readonly side: number;
  readonly step: number;
  readonly pad: number;
  readonly dilation: number;
}

function view(extents: number[], strides: number[], guards: Guard[], fill: number): View {
  const operands = [{ ref: { space: "constant", index: 0 }, offset: 0, strides }] as const;
  return { kind: "View", dtype: "f32", extents, operands, guards: [guards], fill };
}

/** Windows along an axis of so many words. */
export function windowCount({ side, step, pad, dilation }: ImageWindows, length: number): number {
  return Math.floor((length + 2 * pad - dilation * (side - 1) - 1) / step) + 1;
}

/** The words of each window: [channels, rows, columns, side, side]; with `turned` the windows' own axes come first. */
export function gatheredView(windows: ImageWindows, turned: boolean, fill: number): View {
  const { channels, height, width, side, step, pad, dilation } = windows;
  const [rows, columns] = [windowCount(windows, height), windowCount(windows, width)];
  const guard = (own: number[], bound: number, stride: number): Guard => {
    const coefficients = turned ? [0, own[2]!, own[3]!, own[0]!, own[1]!] : [0, ...own];
    return { offset: -pad, coefficients, divisor: 1, bound, stride };
  };
  const guards = [guard([step, 0, dilation, 0], height, width), guard([0, step, 0, dilation], width, 1)];
  const extents = turned ? [channels, side, side, rows, columns] : [channels, rows, columns, side, side];
  return view(extents, [height * width, 0, 0, 0, 0], guards, fill);
}

/** What windows give back to each word of an image: [channels, height, width, side, side]. */
export function scatteredView(windows: ImageWindows, fill: number): View {
  const { channels, height, width, side, step, pad, dilation } = windows;
  const [rows, columns] = [windowCount(windows, height), windowCount(windows, width)];
  const guard = (coefficients: number[], bound: number, stride: number): Guard => {
    return { offset: pad, coefficients: [0, ...coefficients], divisor: step, bound, stride };
  };
  const guards = [guard([1, 0, -dilation, 0], rows, columns), guard([0, 1, 0, -dilation], columns, 1)];
  const plane = rows * columns;
  const strides = [side * side * plane, 0, 0, side * plane, plane];
  return view([channels, height, width, side, side], strides, guards, fill);
}
