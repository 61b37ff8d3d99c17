import { float, floats, ints, node, type Case } from "./case.ts";

/** x·w through each activation, side by side. */
function activations(name: string, opset: number, list: readonly [string, Record<string, number | string>?][]): Case {
  const nodes = list.map(([opType, attributes = {}], i) => {
    const written = Object.entries(attributes).map(([key, value]) => [
      key,
      typeof value === "number" ? { float: value } : value,
    ]);
    return node(opType, ["m"], `a${i}`, Object.fromEntries(written));
  });
  return {
    name,
    opset,
    batch: 2,
    x: [3],
    parameters: { w: [3, 7] },
    nodes: [
      node("MatMul", ["x", "w"], "product"),
      node("Add", ["product", "product"], "m"),
      ...nodes,
      node(
        "Concat",
        list.map((_, i) => `a${i}`),
        "y",
        { axis: 1 },
      ),
    ],
    classes: 7 * list.length,
  };
}

/** Elementwise nodes of one input, powers, bounds and slopes. */
export const activationCases: readonly Case[] = [
  activations("activations of opset 12", 12, [
    ["Elu", { alpha: 0.7 }],
    ["Selu"],
    ["LeakyRelu"],
    ["LeakyRelu", { alpha: 0.3 }],
    ["ThresholdedRelu", { alpha: 0.4 }],
    ["Celu", { alpha: 0.8 }],
    ["Softplus"],
    ["Softsign"],
    ["HardSigmoid"],
    ["HardSigmoid", { alpha: 0.5, beta: 0.1 }],
    ["Erf"],
    ["Abs"],
    ["Reciprocal"],
  ]),
  activations("activations of opset 20", 20, [
    ["HardSwish"],
    ["Mish"],
    ["Gelu"],
    ["Gelu", { approximate: "tanh" }],
    ["Sigmoid"],
  ]),
  activations("activations of opset 24", 24, [["Swish"], ["Swish", { alpha: 1.7 }]]),
  {
    name: "nodes without a slope beside one that has one",
    x: [3],
    parameters: { w: [3, 3] },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      node("Add", ["m", "m"], "twice"),
      node("Sign", ["twice"], "sign"),
      node("Floor", ["twice"], "floor"),
      node("Ceil", ["twice"], "ceil"),
      node("Round", ["twice"], "round"),
      node("Sum", ["sign", "floor", "ceil", "round", "m"], "y"),
    ],
    classes: 3,
  },
  {
    name: "Pow by known exponents",
    x: [4],
    parameters: { w: [4], v: [4] },
    positive: ["w"],
    nodes: [
      ...[2, 0.5, 3, -1, -0.5, 1.5, 7, 0.3, 1].flatMap((exponent, i) => [
        float(`e${i}`, exponent),
        node("Pow", ["w", `e${i}`], `p${i}`),
      ]),
      ints("cube", 3),
      node("Pow", ["v", "cube"], "cubes"),
      node("Sum", ["x", "cubes", ...Array.from({ length: 9 }, (_, i) => `p${i}`)], "y"),
    ],
    classes: 4,
  },
  {
    name: "Pow by an exponent that is trained, repeated",
    x: [2, 3],
    parameters: { w: [2, 3], e: [3], f: [2, 1] },
    positive: ["w"],
    nodes: [
      node("Pow", ["w", "e"], "a"),
      node("Exp", ["x"], "positive"),
      node("Pow", ["positive", "f"], "b"),
      node("Mul", ["a", "b"], "y"),
    ],
    classes: 3,
    positions: 2,
  },
  {
    name: "Clip by both bounds, one, and none, of which some are initialisers",
    x: [4],
    parameters: { w: [4, 6] },
    constants: { least: floats([], -0.5), most: floats([], 0.25) },
    nodes: [
      node("MatMul", ["x", "w"], "m"),
      node("Clip", ["m", "least", "most"], "a"),
      node("Clip", ["m", "", "most"], "b"),
      node("Clip", ["m", "least"], "c"),
      node("Clip", ["m"], "d"),
      node("Sum", ["a", "b", "c", "d"], "y"),
    ],
    classes: 6,
  },
  {
    name: "PRelu with a slope a channel, one slope, and one an element",
    x: [2, 3],
    parameters: { w: [2, 3], channel: [2, 1], one: [1], all: [2, 3] },
    nodes: [
      node("Mul", ["x", "w"], "m"),
      node("PRelu", ["m", "channel"], "a"),
      node("PRelu", ["x", "one"], "b"),
      node("PRelu", ["m", "all"], "c"),
      node("Sum", ["a", "b", "c"], "y"),
    ],
    classes: 3,
    positions: 2,
  },
  {
    name: "Max and Min of one, two and three inputs, repeated and equal",
    x: [3, 4],
    parameters: { row: [4], column: [3, 1], all: [3, 4] },
    nodes: [
      node("Max", ["x", "row", "column"], "a"),
      node("Min", ["all", "row"], "b"),
      node("Max", ["all"], "c"),
      node("Min", ["c", "c"], "d"),
      node("Sum", ["a", "b", "d"], "y"),
    ],
    classes: 4,
    positions: 3,
  },
];
