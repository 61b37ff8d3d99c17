import { softmaxOf } from "../builder/softmax.ts";
import type { NodeRule } from "./rule.ts";
import { softmaxAxis, softmaxOpsets } from "./softmax-axis.ts";

/** y = e^(x − max)/Σ along an axis. dx = y·(dy − Σ dy·y). ROUNDS: as written, with the axis last. */
export const softmax: NodeRule = {
  opType: "Softmax",
  inputs: [{ name: "input", takes: "f32" }],
  supports: "f32 along any axis",
  attributes: ["axis"],
  opsets: softmaxOpsets,
  lower(node) {
    const { last, back: restored } = softmaxAxis(node);
    const { y, back } = softmaxOf(node.builder, last(node.input(0)));
    return { outputs: [restored(y)], gradient: (dy) => [restored(back(last(dy)))] };
  },
};
