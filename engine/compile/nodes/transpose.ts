import { permute } from "../builder/value.ts";
import { axesOf, integersIn } from "./axes.ts";
import type { NodeRule } from "./rule.ts";

/** The axes in another order, reversed where no perm says which; dx = dy with the axes put back. */
export const transpose: NodeRule = {
  opType: "Transpose",
  inputs: [{ name: "data", takes: "any" }],
  supports: "a perm that names each axis once",
  attributes: ["perm"],
  lower(node) {
    const x = node.input(0);
    const rank = x.shape.length;
    const perm = integersIn(node, "perm") ?? Array.from(x.shape, (_, axis) => rank - 1 - axis);
    if (perm.length !== rank) node.refuse(`perm = [${perm.join(", ")}] of ${rank} axes`, { attribute: "perm" });
    const order = axesOf(node, perm, rank);
    const inverse = order.map((_, axis) => order.indexOf(axis));
    return { outputs: [permute(x, order)], gradient: (dy) => [permute(dy, inverse)] };
  },
};
