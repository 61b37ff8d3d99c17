import { ints, node, type Case } from "./case.ts";
import type { NodeDescription } from "../../engine/index.ts";

type Attributes = NonNullable<NodeDescription["attributes"]>;

/** One node of windows on x, its output flattened to classes. */
function windows(
  name: string,
  opType: string,
  attributes: Attributes,
  x: readonly number[],
  weights: Record<string, readonly number[]>,
  classes: number,
): Case {
  return {
    name: `${opType}: ${name}`,
    batch: 2,
    x,
    parameters: { scale: x, ...weights },
    nodes: [
      node("Mul", ["x", "scale"], "scaled"),
      node(opType, ["scaled", ...Object.keys(weights)], "z", attributes),
      node("Flatten", ["z"], "y"),
    ],
    classes,
  };
}

/** Convolutions and pools. */
export const windowCases: readonly Case[] = [
  windows(
    "a square kernel with padding and bias",
    "Conv",
    { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    [2, 4, 5],
    { w: [3, 2, 3, 3], c: [3] },
    60,
  ),
  windows(
    "odd strides, dilation, uneven pads",
    "Conv",
    { strides: [2, 3], dilations: [2, 1], pads: [1, 0, 2, 1] },
    [2, 7, 8],
    { w: [2, 2, 3, 2], c: [2] },
    18,
  ),
  windows(
    "groups",
    "Conv",
    { group: 2, strides: [2, 2], pads: [0, 1, 0, 1] },
    [4, 5, 4],
    { w: [6, 2, 2, 3], c: [6] },
    24,
  ),
  windows(
    "depthwise, one extent 1",
    "Conv",
    { group: 3, auto_pad: "SAME_UPPER", strides: [1, 2] },
    [3, 1, 6],
    { w: [6, 1, 1, 3] },
    18,
  ),
  windows("a kernel of one", "Conv", {}, [3, 3, 4], { w: [4, 3, 1, 1], c: [4] }, 48),
  windows("a kernel of one with strides", "Conv", { strides: [2, 2] }, [3, 3, 5], { w: [2, 3, 1, 1] }, 12),
  windows(
    "one axis, SAME_LOWER",
    "Conv",
    { auto_pad: "SAME_LOWER", strides: [2] },
    [2, 9],
    { w: [3, 2, 4], c: [3] },
    15,
  ),
  windows(
    "three axes, groups",
    "Conv",
    { group: 2, pads: [1, 0, 0, 0, 1, 1] },
    [2, 3, 3, 2],
    { w: [2, 1, 2, 2, 2], c: [2] },
    32,
  ),
  windows("sums of more than one init link", "Conv", {}, [120, 3, 3], { w: [2, 120, 3, 3], c: [2] }, 2),
  windows(
    "stride, bias and output padding",
    "ConvTranspose",
    { strides: [2, 2], output_padding: [1, 0], pads: [1, 0, 1, 1] },
    [3, 3, 4],
    { w: [3, 2, 3, 3], c: [2] },
    96,
  ),
  windows("groups and dilation", "ConvTranspose", { group: 2, dilations: [1, 2] }, [4, 2, 3], { w: [4, 1, 2, 2] }, 30),
  windows(
    "one axis, SAME_UPPER",
    "ConvTranspose",
    { auto_pad: "SAME_UPPER", strides: [2] },
    [2, 4],
    { w: [2, 3, 3] },
    24,
  ),
  windows("tiles", "MaxPool", { kernel_shape: [2, 2], strides: [2, 2] }, [2, 4, 6], {}, 12),
  windows("tiles that leave a rest", "MaxPool", { kernel_shape: [2, 3], strides: [2, 3] }, [2, 5, 7], {}, 8),
  windows(
    "overlap, padding",
    "MaxPool",
    { kernel_shape: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1] },
    [2, 5, 4],
    {},
    24,
  ),
  windows(
    "overlap, dilation, ceil_mode",
    "MaxPool",
    { kernel_shape: [2], strides: [3], dilations: [2], ceil_mode: 1 },
    [2, 8],
    {},
    6,
  ),
  windows(
    "padding counted",
    "AveragePool",
    { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1], count_include_pad: 1 },
    [2, 5, 6],
    {},
    18,
  ),
  windows(
    "padding not counted",
    "AveragePool",
    { kernel_shape: [3, 2], strides: [1, 2], pads: [1, 1, 1, 0] },
    [2, 4, 5],
    {},
    24,
  ),
  windows("tiles", "AveragePool", { kernel_shape: [2, 2], strides: [2, 2] }, [2, 4, 5], {}, 8),
  windows(
    "ceil_mode, padding counted",
    "AveragePool",
    { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 0], ceil_mode: 1, count_include_pad: 1 },
    [2, 4, 5],
    {},
    18,
  ),
  windows("of each channel", "GlobalAveragePool", {}, [5, 3, 3], {}, 5),
  windows("of each channel", "GlobalMaxPool", {}, [5, 3, 3], {}, 5),
  {
    name: "MaxPool: ties go to the first (padding is no tie)",
    batch: 2,
    x: [1, 4, 4],
    parameters: { w: [1, 1, 4, 4], v: [4, 3] },
    nodes: [
      node("Mul", ["x", "w"], "m"),
      node("Relu", ["m"], "r"),
      node("MaxPool", ["r"], "p", { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 0, 0] }),
      ints("to", -1, 4),
      node("Reshape", ["p", "to"], "flat"),
      node("MatMul", ["flat", "v"], "y"),
    ],
    classes: 3,
  },
];
