import { firstResult } from "../../program/codes.ts";
import type { Operand, Operator } from "../../program/types.ts";
import { contiguousStrides } from "../builder/value.ts";

import { prune, userCounts, withRefs, type Draft } from "./draft.ts";
import { regroup } from "./regroup.ts";

type Sum = Extract<Operator, { kind: "Dot" | "Fold" | "Scatter" }>;

/** Operands of a sum before its init. */
function termsOf(operator: Sum): number {
  return operator.kind === "Fold" && operator.fn === "sum" ? 1 : 2;
}

function isSum(operator: Operator | undefined): operator is Sum {
  return (
    operator?.kind === "Dot" || operator?.kind === "Scatter" || (operator?.kind === "Fold" && operator.fn !== "max")
  );
}

/** The first link of the chain of sums that ends in `index`, if nothing else reads any link and it starts at no init. */
function chainStart(operators: readonly Operator[], users: readonly number[], index: number): number | undefined {
  const operator = operators[index];
  if (!isSum(operator) || users[index] !== 1) return undefined;
  const init = operator.operands[termsOf(operator)];
  if (init === undefined) return index;
  return init.ref.space === "operator" ? chainStart(operators, users, init.ref.index) : undefined;
}

/** Whether the operand reads the whole output of the operator it names, in order. */
export function readsWhole(operand: Operand, extents: readonly number[], source: Operator): boolean {
  const dense = regroup(contiguousStrides(source.extents), source.extents, extents);
  return operand.offset === 0 && (dense?.every((stride, axis) => operand.strides[axis] === stride) ?? false);
}

/** For a Map that only adds: which sum can start at the other operand, and at what. */
function plan(operators: readonly Operator[], users: readonly number[], add: Operator) {
  if (add.kind !== "Map" || add.instructions.length !== 1 || add.instructions[0]?.fn !== "add") return undefined;
  const { a, b } = add.instructions[0];
  if (a >= firstResult || b >= firstResult || a === b) return undefined;
  for (const [sumIndex, otherIndex] of [
    [a, b],
    [b, a],
  ] as const) {
    const sum = add.operands[sumIndex] as Operand;
    const other = add.operands[otherIndex] as Operand;
    if (sum.ref.space !== "operator") continue;
    const start = chainStart(operators, users, sum.ref.index);
    const end = operators[sum.ref.index] as Operator;
    if (start === undefined || !readsWhole(sum, add.extents, end)) continue;
    const strides = regroup(other.strides, add.extents, end.extents);
    // ORDER: the sum may only read what is computed before it.
    const early = other.ref.space !== "operator" || other.ref.index < start;
    if (early && strides !== undefined) return { start, end: sum.ref.index, init: { ...other, strides } };
  }
  return undefined;
}

/** An addition to a finished sum (a bias, a residual, a second gradient) becomes the init that the sum starts at. */
export function startSums(draft: Draft): Draft {
  const operators = [...draft.operators];
  const moved = new Map<number, number>();
  const users = userCounts(operators);
  operators.forEach((_, index) => {
    operators[index] = withRefs(operators[index] as Operator, (ref) =>
      ref.space === "operator" ? { ...ref, index: moved.get(ref.index) ?? ref.index } : ref,
    );
    if (index >= operators.length - draft.states) return;
    const found = plan(operators, users, operators[index]);
    if (found === undefined) return;
    const start = operators[found.start] as Sum;
    operators[found.start] = { ...start, operands: [...start.operands.slice(0, termsOf(start)), found.init] };
    moved.set(index, found.end);
    users[found.end] = users[index] as number;
  });
  return prune({ ...draft, operators });
}
