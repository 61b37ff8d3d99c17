import type { Operator } from "../../program/types.ts";
import { prune, userCounts, type Draft } from "./draft.ts";
import { readsWhole } from "./start-sums.ts";

/** What a state's copy alone reads produces the state itself, at the copy's place at the end. */
export function inlineStates(draft: Draft): Draft {
  const first = draft.operators.length - draft.states;
  const users = userCounts(draft.operators);
  const inlined = (operator: Operator, index: number): Operator => {
    const [operand] = operator.operands;
    if (index < first || operator.kind !== "View" || operand?.ref.space !== "operator") return operator;
    const source = draft.operators[operand.ref.index] as Operator;
    const alone = users[operand.ref.index] === 1 && operand.ref.index < first;
    return alone && readsWhole(operand, operator.extents, source) ? source : operator;
  };
  return prune({ ...draft, operators: draft.operators.map(inlined) });
}
