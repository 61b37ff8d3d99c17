import { mapSignatures } from "./codes.ts";
import type { Operator, Program } from "./types.ts";

/** Words of an operator's output: the product of its extents. */
export function outputWords(operator: Operator): number {
  return operator.extents.reduce((product, extent) => product * extent, 1);
}

/** Work units of one output element. SPEC: spec/program.md, Work units. */
export function elementCost(operator: Operator): number {
  switch (operator.kind) {
    case "Map":
      return operator.instructions.reduce((sum, { fn }) => sum + mapSignatures[fn].work, 0);
    case "Fold":
      return operator.fn === "dot" ? 2 * operator.k : operator.k;
    case "Dot":
    case "Scatter":
      return operator.k;
    default:
      return 1;
  }
}

/** Work units of one step of a program. */
export function workUnitsPerStep(program: Program): bigint {
  return program.operators.reduce(
    (sum, operator) => sum + BigInt(outputWords(operator)) * BigInt(elementCost(operator)),
    0n,
  );
}
