import { outputWords } from "../../program/cost.ts";
import type { Fold, MapOperator, Operator } from "../../program/types.ts";
import { readOf, type Read } from "./reads.ts";

/** What may be part of a group: elementwise work, and sums and maxima over whole rows of it. */
export type Fusible = MapOperator | Fold;

/**
 * A group of operators walks rows of so many columns. Each of them gives a word a column, or a word a row. With one column there are
 * no rows to speak of: all give as many words.
 */
export interface GroupShape {
  readonly rows: number;
  readonly columns: number;
}

/** Rows longer than this are more than a tile holds. */
const maxColumns = 1024;

export function isFusible(operator: Operator): operator is Fusible {
  return operator.kind === "Map" || (operator.kind === "Fold" && operator.l === 0 && operator.k > 1);
}

/** The shape of a group of one. */
export function shapeOf(operator: Operator): GroupShape {
  return { rows: outputWords(operator), columns: operator.kind === "Fold" ? operator.k : 1 };
}

/** The shape that two groups can share, if there is one. */
export function commonShape(a: GroupShape, b: GroupShape): GroupShape | undefined {
  if (a.columns === 1 && b.columns > 1) return commonShape(b, a);
  const fits = b.columns === 1 && (b.rows === a.rows || b.rows === a.rows * a.columns);
  return (fits || (a.rows === b.rows && a.columns === b.columns)) && a.columns <= maxColumns ? a : undefined;
}

/** Whether an operator of a group gives a word a row, not a word a column. */
export function isPerRow(operator: Operator, { rows, columns }: GroupShape): boolean {
  return columns > 1 && outputWords(operator) === rows;
}

/** A read of an operator of a group: of a word a row, or of a word a column. */
export interface GroupRead {
  readonly read: Read;
  readonly perRow: boolean;
}

/** What an operator of a group reads, operand by operand. */
export function readsOf(operator: Fusible, shape: GroupShape): GroupRead[] {
  const { extents, operands } = operator;
  if (operator.kind === "Map")
    return operands.map((operand) => ({ read: readOf(operand, extents), perRow: isPerRow(operator, shape) }));
  const runs = operator.fn === "dot" ? 2 : 1;
  return operands.map((operand, i) => ({
    read: readOf(operand, extents, i < runs ? operator.k : 1),
    perRow: i >= runs,
  }));
}
