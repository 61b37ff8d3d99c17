import type { Operand, Operator, Ref } from "../../program/types.ts";

/** Operators in topological order, the last `states` of which produce the state tensors. Passes make a new one of it. */
export interface Draft {
  readonly operators: readonly Operator[];
  readonly states: number;
}

/** The operator with every ref replaced. */
export function withRefs(operator: Operator, change: (ref: Ref) => Ref): Operator {
  return { ...operator, operands: operator.operands.map((operand) => ({ ...operand, ref: change(operand.ref) })) };
}

/** Indices of the operators that an operator reads, each once. */
export function sourcesOf(operator: Operator): number[] {
  return [...new Set(operator.operands.flatMap(({ ref }: Operand) => (ref.space === "operator" ? [ref.index] : [])))];
}

/** How many operators read each operator's output, as operands of any number. */
export function userCounts(operators: readonly Operator[]): number[] {
  const counts = operators.map(() => 0);
  for (const operator of operators)
    for (const source of sourcesOf(operator)) counts[source] = (counts[source] ?? 0) + 1;
  return counts;
}

/** Dead code elimination: what feeds no state goes; the order stays. */
export function prune(draft: Draft): Draft {
  const { operators, states } = draft;
  const live = operators.map((_, index) => index >= operators.length - states);
  for (let index = operators.length - 1; index >= 0; index--)
    if (live[index]) for (const source of sourcesOf(operators[index] as Operator)) live[source] = true;
  const renumbered = new Map<number, number>();
  live.forEach((alive, index) => alive && renumbered.set(index, renumbered.size));
  const change = (ref: Ref): Ref =>
    ref.space === "operator" ? { ...ref, index: renumbered.get(ref.index) as number } : ref;
  return {
    operators: operators.filter((_, index) => live[index]).map((operator) => withRefs(operator, change)),
    states,
  };
}
