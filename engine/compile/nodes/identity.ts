import type { NodeRule } from "./rule.ts";

/** y = x, without an operator. */
export const identity: NodeRule = {
  opType: "Identity",
  inputs: [{ name: "input", takes: "any" }],
  supports: "any input",
  attributes: [],
  lower(node) {
    return { outputs: [node.input(0)], gradient: (dy) => [dy] };
  },
};
