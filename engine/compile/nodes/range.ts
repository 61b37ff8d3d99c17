import { tensorValue } from "../builder/tensor.ts";
import type { NodeRule } from "./rule.ts";

/** start, start + delta, … before limit, of numbers known at compile time. ROUNDS: f32 as start + i·delta. */
export const range: NodeRule = {
  opType: "Range",
  inputs: [
    { name: "start", takes: "known any" },
    { name: "limit", takes: "known any" },
    { name: "delta", takes: "known any" },
  ],
  supports: "numbers known at compile time that give at least one element",
  attributes: [],
  flat: true,
  lower(node) {
    const [start, limit, delta] = [0, 1, 2].map((index) => node.knownNumber(index, 0)) as [number, number, number];
    const length = Math.ceil((limit - start) / delta);
    if (!(length >= 1)) node.refuse(`${start} to ${limit} by ${delta}`);
    const { dtype } = node.input(0);
    node.listed(length);
    const float = Float32Array.from({ length }, (_, i) => start + Math.fround(i * delta));
    const values = dtype === "f32" ? float : Array.from({ length }, (_, i) => start + i * delta);
    return { outputs: [tensorValue(node.builder, { dtype, shape: [length], values })] };
  },
};
