import { call, f32, i32, map, operand } from "../builder/map.ts";
import { integerValue } from "../builder/tensor.ts";
import { broadcastTo, type Value } from "../builder/value.ts";
import type { NodeRule } from "./rule.ts";

/**
 * y = u < ratio ? 0 : x/(1 − ratio) for u in 0 … 1 from 24 random bits of the step; dx the same of dy. The mask is 1 where x is kept.
 * In use, and where training_mode is given as 0, y = x.
 */
export const dropout: NodeRule = {
  opType: "Dropout",
  inputs: [
    { name: "data", takes: "f32" },
    { name: "ratio", takes: "known f32", optional: true },
    { name: "training_mode", takes: "known", optional: true },
  ],
  supports: "f32, with a ratio of at least 0 and below 1 and a training_mode known at compile time",
  attributes: ["ratio", "seed"],
  opsets: "ratio as an attribute up to 11, as an input from 12 on, with training_mode",
  lower(node) {
    const b = node.builder;
    const x = node.input(0);
    const ratio = node.knownNumber(1, node.number("ratio", 0.5));
    if (!(ratio >= 0 && ratio < 1)) node.refuse(`a ratio of ${ratio}`);
    const drops = node.mode.training && ratio > 0 && node.knownNumber(2, 1) !== 0;
    if (!drops) return { outputs: [x, broadcastTo(integerValue(b, [1], []), x.shape)], gradient: (dy) => [dy] };
    const bits = b.random(x.shape);
    const isDropped = (random: number) => {
      const unit = call("mul", call("itof", call("ishr", operand(random), i32(8))), f32(2 ** -24));
      return call("less", unit, f32(ratio));
    };
    const scaled = call("mul", operand(0), f32(1 / (1 - ratio)));
    const kept = (value: Value) => map(b, "f32", [value, bits], call("select", isDropped(1), f32(0), scaled));
    const mask = map(b, "i32", [bits], call("ftoi", call("sub", f32(1), isDropped(0))));
    return { outputs: [kept(x), mask], gradient: (dy) => [kept(dy)] };
  },
};
