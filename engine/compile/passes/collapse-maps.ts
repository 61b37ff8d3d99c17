import type { Operator } from "../../program/types.ts";
import type { Draft } from "./draft.ts";
import { collapse } from "./regroup.ts";

function collapsed(operator: Operator): Operator {
  if (operator.kind !== "Map") return operator;
  const { extents, strides } = collapse(
    operator.operands.map((operand) => operand.strides),
    operator.extents,
  );
  if (extents.length === 0) return { ...operator, extents: [1], operands: operator.operands.map(scalar) };
  const operands = operator.operands.map((operand, i) => ({ ...operand, strides: strides[i] as number[] }));
  return { ...operator, extents, operands };
}

function scalar<T extends { readonly strides: readonly number[] }>(operand: T): T {
  return { ...operand, strides: [0] };
}

/** Gives every Map the fewest axes: elementwise work on whole tensors becomes one long axis. */
export function collapseMaps(draft: Draft): Draft {
  return { ...draft, operators: draft.operators.map(collapsed) };
}
