import { u32Bytes } from "../../../common/index.ts";
import { encodeOperator } from "../../program/encode.ts";
import type { Dot, Fold, Operand, Operator, Program } from "../../program/types.ts";
import { readOf, type Read } from "./reads.ts";

/**
 * Views that only give a tensor's words in another order are not computed where every reader takes them as runs of a Dot or a Fold: the
 * reader takes the tensor itself, in which the words of a run lie apart. What is multiplied and added, and in which order, stays the same.
 */

/** A Dot or Fold whose runs need not be consecutive words. */
export type Turned = (Dot | Fold) & {
  /** Words from one word of a run to the next, for operand 0 and for operand 1. */
  readonly runSteps: readonly [number, number];
};

export function isTurned(operator: Operator): operator is Turned {
  return "runSteps" in operator;
}

/** Byte of a record where the steps of its runs stand; a program's own records have zeros there, which mean 1. */
const stepsAt = 20;

/** The record of an operator as the kernels read it. */
export function encodePlanned(operator: Operator): Uint8Array {
  const bytes = encodeOperator(operator);
  if (isTurned(operator)) bytes.set(u32Bytes(...operator.runSteps), stepsAt);
  return bytes;
}

/** Operands of a Dot or a Fold that are runs; the one after them is init. */
function runsOf(operator: Dot | Fold): number {
  return operator.kind === "Dot" || operator.fn === "dot" ? 2 : 1;
}

/** What a View without guards reads, if it is one. */
function plainRead(operator: Operator): Read | undefined {
  if (operator.kind !== "View" || operator.operands.length !== 1 || operator.guards[0]!.length > 0) return undefined;
  const read = readOf(operator.operands[0]!, operator.extents);
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

/** Whether kernels compute it well: a Dot as products of matrices, a Fold along neighbouring words of all its runs. */
function isSuited({ operands, extents, ...operator }: Turned): boolean {
  const runs = operands.slice(0, runsOf(operator as Turned));
  if (operator.kind === "Dot") {
    const last = extents.findLastIndex((entries) => entries > 1);
    return last < 0 || runs.some(({ strides }) => strides[last] === 0);
  }
  const isWhole = operator.l % operator.k === 0;
  return isWhole && extents.some((entries, axis) => entries > 1 && runs.every(({ strides }) => strides[axis] === 1));
}

/** An operator that reads what the views read in place of them; undefined if it cannot. */
function turn(operator: Operator, views: ReadonlyMap<number, Read>): Turned | undefined {
  if (operator.kind !== "Dot" && operator.kind !== "Fold") return undefined;
  const runSteps: [number, number] = [1, 1];
  const operands = [...operator.operands];
  for (const [i, operand] of operands.entries()) {
    const view = operand.ref.space === "operator" ? views.get(operand.ref.index) : undefined;
    if (view === undefined) continue;
    const found = i < runsOf(operator) ? through(view, operand, operator.extents, operator.k) : undefined;
    if (found === undefined) return undefined;
    operands[i] = found.operand;
    runSteps[i] = found.runStep;
  }
  const turned: Turned = { ...operator, operands, runSteps };
  return isSuited(turned) ? turned : undefined;
}

function viewsOf({ operands }: Operator, views: ReadonlyMap<number, Read>): number[] {
  return operands.flatMap(({ ref }) => (ref.space === "operator" && views.has(ref.index) ? [ref.index] : []));
}

/** A program whose Dots and Folds read through Views, and the Views that nobody reads any more. */
export interface TurnedProgram {
  readonly program: Program;
  readonly absorbed: ReadonlySet<number>;
}

export function turnRuns(program: Program): TurnedProgram {
  const { operators, states } = program;
  const views = new Map<number, Read>();
  operators.forEach((operator, j) => {
    const read = plainRead(operator);
    if (read !== undefined && j < operators.length - states.length) views.set(j, read);
  });
  // A View stays if one of its readers needs it, and with it every other View which that reader takes.
  for (let before = -1; before !== views.size;) {
    before = views.size;
    for (const operator of operators) {
      const read = viewsOf(operator, views);
      if (read.length > 0 && turn(operator, views) === undefined) for (const j of read) views.delete(j);
    }
  }
  const turned = operators.map((operator) => (viewsOf(operator, views).length > 0 ? turn(operator, views)! : operator));
  return { program: { ...program, operators: turned }, absorbed: new Set(views.keys()) };
}
