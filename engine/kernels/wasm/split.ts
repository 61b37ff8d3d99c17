import { elementCost, outputWords } from "../../program/cost.ts";
import type { Operator } from "../../program/types.ts";
import type { TileProgram } from "./tile-program.ts";

/** Part of an operator's output, as an operator of its own: its words are consecutive words of the whole output. */
export interface Part {
  readonly operator: Operator;
  /** Where the part's output begins in the whole output. UNITS: words. */
  readonly firstWord: number;
}

/** Kernels write whole vectors, and two threads that write one cache line slow each other down. UNITS: words. */
const LINE_WORDS = 16;

/** Less than this is done sooner than another thread is told of it. UNITS: work units. */
const leastWork = 2 ** 15;

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The axis whose ranges are consecutive words: the first of more than one entry. */
function outerAxis({ extents }: Operator): number {
  const axis = extents.findIndex((extent) => extent > 1);
  return axis < 0 ? 0 : axis;
}

/** Whether a range of the axis's entries is an operator of the same kind. */
function isDivisible(operator: Operator, axis: number): boolean {
  switch (operator.kind) {
    case "Schedule":
      return false;
    case "Sample":
      // Random words are counted from the first one; positions of a dataset from the base position.
      return operator.fn === "dataset" && axis === 0;
    case "Scatter":
      // Indices are compared with the coordinate on this axis.
      return axis !== operator.axis;
    default:
      return true;
  }
}

/** Entries `from` to `to` − 1 of an axis. */
function rangeOf(operator: Operator, axis: number, from: number, to: number): Operator {
  const extents = operator.extents.with(axis, to - from);
  const operands = operator.operands.map((operand) => ({
    ...operand,
    offset: operand.offset + (operand.strides[axis] as number) * from,
  }));
  switch (operator.kind) {
    case "Sample":
      return operator.fn === "dataset"
        ? { ...operator, extents, operands, basePosition: operator.basePosition + from }
        : operator;
    case "View": {
      const moved = operator.guards.map((list) =>
        list.map((guard) => ({ ...guard, offset: guard.offset + (guard.coefficients[axis] as number) * from })),
      );
      return { ...operator, extents, operands, guards: moved };
    }
    case "Fold": {
      // Entry j of a blocked axis folds words j·K to (j+1)·K − 1, as far as there are L of them.
      const blocked = operator.l > 0 && axis === extents.length - 1;
      const l = blocked ? Math.min(operator.l, to * operator.k) - from * operator.k : operator.l;
      return { ...operator, extents, operands, l };
    }
    default:
      return { ...operator, extents, operands };
  }
}

/** Entries `from` to `to` − 1. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** At most `most` ranges of entries of so many consecutive words, each on cache lines of its own. */
function divide(entries: number, words: number, most: number): Range[] {
  const step = LINE_WORDS / greatestCommonDivisor(LINE_WORDS, words);
  const chunks = Math.ceil(entries / step);
  const parts = Math.max(1, Math.min(most, chunks));
  const bound = (i: number) => Math.min(entries, Math.floor((i * chunks) / parts) * step);
  return Array.from({ length: parts }, (_, i) => ({ from: bound(i), to: bound(i + 1) }));
}

/**
 * Divides an operator among at most `threads`, each a range of the outer axis, so that the words are the same whatever their
 * number: every element is computed by itself. One part where it is too little work, or cannot be divided.
 */
export function splitOperator(operator: Operator, threads: number, least = leastWork): Part[] {
  const axis = outerAxis(operator);
  const entries = operator.extents[axis] as number;
  const words = outputWords(operator);
  const inner = words / entries;
  const most = isDivisible(operator, axis) ? Math.min(threads, Math.floor((words * elementCost(operator)) / least)) : 1;
  const ranges = divide(entries, inner, most);
  if (ranges.length === 1) return [{ operator, firstWord: 0 }];
  return ranges.map(({ from, to }) => ({ operator: rangeOf(operator, axis, from, to), firstWord: from * inner }));
}

/** Divides the rows of a group as `splitOperator` divides an operator. @param work of the whole group. UNITS: work units */
export function splitRows(
  { rows, columns, outputs }: TileProgram,
  work: number,
  threads: number,
  least = leastWork,
): Range[] {
  const inner = outputs.some(({ perRow }) => perRow) ? 1 : columns;
  return divide(rows, inner, Math.min(threads, Math.floor(work / least)));
}
