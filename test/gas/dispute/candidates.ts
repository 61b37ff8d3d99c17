import { outputWords, type Operand, type Operator, type Program } from "../../../engine/index.ts";
import type { StepTrace } from "../../../dispute/index.ts";
import { dearestJudgement, judgementCosts } from "../../../submitter/index.ts";

/** Operators of which one is to be the culprit of a game, the best first, and why it. */
export interface Candidates {
  readonly reason: string;
  readonly operators: readonly number[];
}

/** A kind of operator as a judge knows it. */
export function kindOf(operator: Operator): string {
  return operator.kind === "Fold" || operator.kind === "Sample" ? `${operator.kind} ${operator.fn}` : operator.kind;
}

/**
 * The operators whose games say what a dispute about this program costs: of each kind the dearest to judge on ordinary data, by the
 * estimate; the one that the compile report names; and the one with the longest output, which takes most moves to point into.
 */
export function candidatesOf(program: Program): Candidates[] {
  const costs = judgementCosts(program);
  const indices = program.operators.map((_, operator) => operator);
  const descending = (operators: readonly number[], measure: (operator: number) => number) =>
    operators.toSorted((a, b) => measure(b) - measure(a));
  const kinds = Map.groupBy(indices, (index) => kindOf(program.operators[index]!));
  return [
    ...[...kinds]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, operators]) => ({
        reason: `dearest ${kind}`,
        operators: descending(operators, (index) => costs[index]!.gas),
      })),
    { reason: "dearest to judge by the compile report", operators: [dearestJudgement(program).operator] },
    { reason: "longest output", operators: descending(indices, (index) => outputWords(program.operators[index]!)) },
  ];
}

/** Row-major places of an element. */
function coordinatesOf(extents: readonly number[], element: number): number[] {
  const strides = extents.map((_, axis) => extents.slice(axis + 1).reduce((product, extent) => product * extent, 1));
  return extents.map((extent, axis) => Math.floor(element / strides[axis]!) % extent);
}

function addressOf({ offset, strides }: Operand, coordinates: readonly number[]): number {
  return coordinates.reduce((address, coordinate, axis) => address + coordinate * strides[axis]!, offset);
}

/**
 * An element beside the given one that is dearer to judge, if there is one: a Scatter adds as many terms as its index names the row,
 * and most rows it names seldom. Elements of all other kinds cost alike.
 */
export function dearestBeside(operator: Operator, element: number, { output }: StepTrace): number {
  if (operator.kind !== "Scatter" || operator.operands[1]?.ref.space !== "operator") return element;
  const [, index] = operator.operands as [Operand, Operand];
  const { extents, axis, k } = operator;
  const coordinates = coordinatesOf(extents, element);
  const start = addressOf(index, coordinates);
  const counts = Array.from({ length: extents[axis]! }, () => 0);
  for (const row of output(index.ref.index).words.subarray(start, start + k)) {
    if (row < counts.length) counts[row]!++;
  }
  const dearest = counts.indexOf(Math.max(...counts));
  const stride = extents.slice(axis + 1).reduce((product, extent) => product * extent, 1);
  return element + (dearest - coordinates[axis]!) * stride;
}
