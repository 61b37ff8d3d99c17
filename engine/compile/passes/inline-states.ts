import type { Operator, Ref } from "../../program/types.ts";
import { prune, sourcesOf, withRefs, type Draft } from "./draft.ts";
import { readsWhole } from "./start-sums.ts";

/** The operator that a state's copy copies whole, if it does. */
function copiedWhole({ operators, states }: Draft, copy: Operator): number | undefined {
  const [operand] = copy.operands;
  const first = operators.length - states;
  if (copy.kind !== "View" || operand?.ref.space !== "operator" || operand.ref.index >= first) return undefined;
  return readsWhole(operand, copy.extents, operators[operand.ref.index] as Operator) ? operand.ref.index : undefined;
}

/**
 * What a state's copy alone reads produces the state itself, at the copy's place at the end. So does what only producers of later states
 * read besides: an optimiser's moments.
 */
export function inlineStates(draft: Draft): Draft {
  const { operators, states } = draft;
  const users = operators.map((): number[] => []);
  operators.forEach((operator, index) => {
    for (const source of sourcesOf(operator)) users[source]?.push(index);
  });
  // Where an operator moves to, found from the last state on, since earlier ones depend on it.
  const places = new Map<number, number>();
  for (let copy = operators.length - 1; copy >= operators.length - states; copy--) {
    const source = copiedWhole(draft, operators[copy] as Operator);
    if (source === undefined) continue;
    const late = users[source]?.every((user) => user === copy || (places.get(user) ?? -1) > copy);
    if (late) places.set(source, copy);
  }
  const change = (ref: Ref): Ref =>
    ref.space === "operator" ? { ...ref, index: places.get(ref.index) ?? ref.index } : ref;
  const inlined = [...operators];
  for (const [source, place] of places) inlined[place] = withRefs(operators[source] as Operator, change);
  return prune({ ...draft, operators: inlined });
}
