import { firstResult, immediate, mapSignatures } from "../../program/codes.ts";
import type { Instruction, MapOperator, Operand, Operator } from "../../program/types.ts";
import { maxInstructions, maxOperands } from "../builder/map.ts";
import { originsOf, withOrigins } from "../builder/origin.ts";
import { prune, sourcesOf, userCounts, type Draft } from "./draft.ts";
import { regroup } from "./regroup.ts";
import { readsWhole } from "./start-sums.ts";

function sameRead(a: Operand, b: Operand): boolean {
  return (
    a.ref.space === b.ref.space &&
    a.ref.index === b.ref.index &&
    a.offset === b.offset &&
    a.strides.every((stride, axis) => stride === b.strides[axis])
  );
}

/** Instructions with their arguments translated: operands by `operands`, results by `shift` or `operands` where it names one. */
function translated(instructions: readonly Instruction[], operands: readonly number[], shift: number): Instruction[] {
  const argument = (code: number) =>
    code === immediate ? code : code >= firstResult ? code + shift : (operands[code] as number);
  return instructions.map((instruction) => {
    const arity = mapSignatures[instruction.fn].arity;
    const [a, b, c] = [instruction.a, instruction.b, instruction.c].map((code, i) => (i < arity ? argument(code) : 0));
    return { ...instruction, a: a as number, b: b as number, c: c as number };
  });
}

/** `user` with `source`'s instructions in front of its own, if the result is within a Map's limits. */
function merged(source: MapOperator, index: number, user: MapOperator): MapOperator | undefined {
  const operands: Operand[] = [];
  const place = (operand: Operand): number => {
    const known = operands.findIndex((other) => sameRead(other, operand));
    return known >= 0 ? known : operands.push(operand) - 1;
  };
  const regrouped = source.operands.map((operand) => regroup(operand.strides, source.extents, user.extents));
  if (regrouped.includes(undefined)) return undefined;
  const sourcePlaces = source.operands.map((operand, i) => place({ ...operand, strides: regrouped[i] as number[] }));
  const result = firstResult + source.instructions.length - 1;
  const isSource = ({ ref }: Operand) => ref.space === "operator" && ref.index === index;
  if (!user.operands.every((operand) => !isSource(operand) || readsWhole(operand, user.extents, source)))
    return undefined;
  const userPlaces = user.operands.map((operand) => (isSource(operand) ? result : place(operand)));
  const instructions = [
    ...translated(source.instructions, sourcePlaces, 0),
    ...translated(user.instructions, userPlaces, source.instructions.length),
  ];
  if (operands.length > maxOperands || instructions.length > maxInstructions) return undefined;
  return withOrigins({ ...user, operands, instructions }, [...originsOf(user), ...originsOf(source)]);
}

/** A Map that only one other Map reads becomes part of it. Every instruction is rounded either way, so no bit changes. */
export function fuseMaps(draft: Draft): Draft {
  const operators: Operator[] = [...draft.operators];
  const users = userCounts(operators);
  const produceStates = operators.length - draft.states;
  const fuse = (user: MapOperator): MapOperator => {
    for (const { ref } of user.operands) {
      if (ref.space !== "operator" || ref.index >= produceStates || users[ref.index] !== 1) continue;
      const source = operators[ref.index] as Operator;
      const both = source.kind === "Map" ? merged(source, ref.index, user) : undefined;
      if (both === undefined) continue;
      const common = sourcesOf(source).filter((index) => sourcesOf(user).includes(index));
      for (const index of common) users[index] = (users[index] as number) - 1;
      return fuse(both);
    }
    return user;
  };
  operators.forEach((operator, index) => {
    if (operator.kind === "Map") operators[index] = fuse(operator);
  });
  return prune({ ...draft, operators });
}
