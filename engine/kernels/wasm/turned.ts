import { concatBytes, u32Bytes } from "../../../common/index.ts";
import { encodeOperator } from "../../program/encode.ts";
import type { Dot, Fold, Operand, Operator, Program, View } from "../../program/types.ts";
import { readOf, type Read } from "./reads.ts";
import { windowOf } from "./windows.ts";

/**
 * Views are not computed where every reader takes them as runs of a Dot or a Fold: the reader takes the tensor itself, in which the words of
 * a run lie some step apart, or as a window says (`windows.ts`). What is multiplied and added, and in which order, stays the same.
 */

/** A Dot or Fold whose runs need not be consecutive words. */
export type Turned = (Dot | Fold) & {
  /** Words from one word of a run to the next, for operand 0 and for operand 1. */
  readonly runSteps: readonly [number, number];
  /** The View through which a Dot reads operand 1, a Fold operand 0. */
  readonly window?: View;
};

export function isTurned(operator: Operator): operator is Turned {
  return "runSteps" in operator;
}

/** Byte of a record where the steps of its runs stand; a program's own records have zeros there, which mean 1. */
const stepsAt = 20;
/** Byte of a record where it says how many bytes further its window's record begins; 0 if it has none, as in a program's own. */
const windowAt = 60;

/** The record of an operator as the kernels read it. */
export function encodePlanned(operator: Operator): Uint8Array {
  const bytes = encodeOperator(operator);
  if (!isTurned(operator)) return bytes;
  bytes.set(u32Bytes(...operator.runSteps), stepsAt);
  if (operator.window === undefined) return bytes;
  bytes.set(u32Bytes(bytes.length), windowAt);
  return concatBytes(bytes, encodeOperator(operator.window));
}

/** Operands of a Dot or a Fold that are runs; the one after them is init. */
function runsOf(operator: Dot | Fold): number {
  return operator.kind === "Dot" || operator.fn === "dot" ? 2 : 1;
}

/** What a View without guards reads, if it is one. */
function plainRead({ operands, guards, extents }: View): Read | undefined {
  if (operands.length !== 1 || guards[0]!.length > 0) return undefined;
  const read = readOf(operands[0]!, extents);
  return read.extents.length > 0 ? read : undefined;
}

/**
 * A run operand of a View's output as one of what the View reads; undefined where an axis of it, or its run of `k` words, does not keep
 * to an axis of the View.
 */
function through(view: Read, operand: Operand, extents: readonly number[], k: number) {
  const flat = view.extents.map((_, axis) => view.extents.slice(axis + 1).reduce((a, b) => a * b, 1));
  const reached = flat.map((words, axis) => Math.floor(operand.offset / words) % view.extents[axis]!);
  const offset = reached.reduce((sum, at, axis) => sum + at * view.strides[axis]!, view.offset);
  let keeps = true;
  const turned = (stride: number, entries: number): number => {
    if (stride === 0 || entries === 1) return 0;
    const axis = flat.findIndex((words) => words <= stride);
    const steps = stride / flat[axis]!;
    reached[axis]! += steps * (entries - 1);
    keeps &&= Number.isInteger(steps) && reached[axis]! < view.extents[axis]!;
    return steps * view.strides[axis]!;
  };
  const strides = operand.strides.map((stride, axis) => turned(stride, extents[axis]!));
  const runStep = k === 1 ? 1 : turned(1, k);
  return keeps && runStep > 0 ? { operand: { ref: view.ref, offset, strides }, runStep } : undefined;
}

/** The axis whose entries kernels compute side by side where they can. */
function columnAxis(extents: readonly number[]): number {
  return extents.findLastIndex((entries) => entries > 1);
}

/** Whether kernels compute it well: a Dot as products of matrices, a Fold along neighbouring words, or through a window. */
function isSuited({ operands, extents, window, ...operator }: Turned): boolean {
  const runs = operands.slice(0, runsOf(operator as Turned));
  if (operator.kind === "Dot") {
    const last = columnAxis(extents);
    return last < 0 || runs.some(({ strides }) => strides[last] === 0);
  }
  const isSideBySide = (axis: number) => extents[axis]! > 1 && runs.every(({ strides }) => strides[axis] === 1);
  return operator.l % operator.k === 0 && (window !== undefined || extents.some((_, axis) => isSideBySide(axis)));
}

/** The window through which kernels read the runs of an operand, if they can. */
function seenThrough(view: View, operator: Dot | Fold, i: number): View | undefined {
  const hasPlace = operator.kind === "Dot" ? i === 1 : operator.fn !== "dot" && i === 0;
  const axis = columnAxis(operator.extents);
  return hasPlace && axis >= 0 ? windowOf(view, operator, i, axis) : undefined;
}

/** An operator that reads what the views read in place of them; undefined if it cannot. */
function turn(operator: Operator, views: ReadonlyMap<number, View>): Turned | undefined {
  if (operator.kind !== "Dot" && operator.kind !== "Fold") return undefined;
  const runSteps: [number, number] = [1, 1];
  const operands = [...operator.operands];
  let window: View | undefined;
  for (const [i, operand] of operands.entries()) {
    const view = operand.ref.space === "operator" ? views.get(operand.ref.index) : undefined;
    if (view === undefined) continue;
    const read = i < runsOf(operator) ? plainRead(view) : undefined;
    const found = read && through(read, operand, operator.extents, operator.k);
    if (found !== undefined) {
      operands[i] = found.operand;
      runSteps[i] = found.runStep;
    } else {
      window = seenThrough(view, operator, i);
      if (window === undefined) return undefined;
      operands[i] = { ...operand, ref: window.operands[0]!.ref };
    }
  }
  const turned: Turned = { ...operator, operands, runSteps, ...(window && { window }) };
  return isSuited(turned) ? turned : undefined;
}

function viewsOf({ operands }: Operator, views: ReadonlyMap<number, View>): number[] {
  return operands.flatMap(({ ref }) => (ref.space === "operator" && views.has(ref.index) ? [ref.index] : []));
}

/** A program whose Dots and Folds read through Views, and the Views that nobody reads any more. */
export interface TurnedProgram {
  readonly program: Program;
  readonly absorbed: ReadonlySet<number>;
}

export function turnRuns(program: Program): TurnedProgram {
  const { operators, states } = program;
  const views = new Map<number, View>();
  operators.forEach((operator, j) => {
    if (operator.kind === "View" && j < operators.length - states.length) views.set(j, operator);
  });
  // A View stays if one of its readers needs it, and so do all that a reader cannot take together.
  for (let before = -1; before !== views.size;) {
    before = views.size;
    for (const operator of operators) {
      const read = viewsOf(operator, views);
      if (read.length === 0 || turn(operator, views) !== undefined) continue;
      const needed = read.filter((j) => turn(operator, new Map([[j, views.get(j)!]])) === undefined);
      for (const j of needed.length > 0 ? needed : read) views.delete(j);
    }
  }
  const turned = operators.map((operator) => (viewsOf(operator, views).length > 0 ? turn(operator, views)! : operator));
  return { program: { ...program, operators: turned }, absorbed: new Set(views.keys()) };
}
