import { broadcastInputs, broadcastPair } from "./broadcast.ts";
import { knownPair } from "./known-pair.ts";
import type { NodeRule } from "./rule.ts";

/** a modulo b of integers known at compile time, of the sign of b, or with fmod = 1 of a. */
export const mod: NodeRule = {
  opType: "Mod",
  inputs: broadcastInputs,
  supports: "integers known at compile time whose shapes broadcast",
  attributes: ["fmod"],
  flat: true,
  lower(node) {
    const [a, b] = broadcastPair(node, "modulo");
    if (a.dtype === "f32") node.refuse("f32");
    const ofSign = node.number("fmod", 0) === 0;
    return { outputs: [knownPair(node, [a, b], (x, y) => (ofSign ? x - Math.floor(x / y) * y : x % y))] };
  },
};
