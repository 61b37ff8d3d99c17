import type { Dot, Fold, Guard, View } from "../../program/types.ts";

/**
 * Views of windows that are read word by word: where a Dot packs its runs, where a Fold adds them. The reader's operand keeps its offset and
 * strides, which count words of the View's output, and the View's record goes along (`encodePlanned`).
 */

/** What it reads has to be computable in 32 bits. UNITS: of a guard's value. */
const farthestValue = 2 ** 30;

/** What a position holds beside an address. */
const mostGuards = 2;

/** Fewer runs side by side leave most lanes idle. */
const leastColumns = 8;

/** A View without its axes of one entry. */
function compact(view: View): View {
  const kept = <T>(values: readonly T[]) => values.filter((_, axis) => view.extents[axis] !== 1);
  const guardsOf = (list: readonly Guard[]) => list.map((each) => ({ ...each, coefficients: kept(each.coefficients) }));
  return {
    ...view,
    extents: kept(view.extents),
    operands: view.operands.map((operand) => ({ ...operand, strides: kept(operand.strides) })),
    guards: view.guards.map(guardsOf),
  };
}

/** Whether kernels compute a guard: it does not divide, and nothing overflows. */
function isSimple({ offset, coefficients, divisor, bound }: Guard, extents: readonly number[]): boolean {
  const farthest = coefficients.reduce((sum, each, axis) => sum + Math.abs(each) * extents[axis]!, Math.abs(offset));
  return divisor === 1 && farthest + bound < farthestValue;
}

/** Whether words along an axis are neighbours in the memory, and each guard admits an interval of them. */
function isJoined({ operands, guards }: View, axis: number): boolean {
  const moves = guards[0]!.map(({ coefficients }) => coefficients[axis]!);
  const address = guards[0]!.reduce((sum, { stride }, g) => sum + stride * moves[g]!, operands[0]!.strides[axis]!);
  return address === 1 && moves.every((each) => each === 0 || each === 1);
}

/**
 * The window through which an operator reads the runs of operand `i`, if kernels can: where a word of a run lies is the sum of what the
 * run's entry along output axis `axis` adds and of the rest, since the entries are those of an axis of the View and runs lie between two of
 * them; the words of neighbouring entries are neighbours; and no guard moves along the View's last axis, but for one that alone moves along
 * that of the entries.
 */
export function windowOf(given: View, operator: Dot | Fold, i: number, axis: number): View | undefined {
  const view = compact(given);
  const { offset, strides } = operator.operands[i]!;
  const [step, entries] = [strides[axis]!, operator.extents[axis]!];
  const last = view.extents.length - 1;
  const column = view.extents.findIndex((_, at) => view.extents.slice(at + 1).reduce((a, b) => a * b, 1) === step);
  if (view.operands.length !== 1 || column < 0 || entries < leastColumns) return undefined;
  const within = strides.map((stride, at) => (stride % step === 0 ? 0 : stride * (operator.extents[at]! - 1)));
  const isApart = within.reduce((a, b) => a + b, (offset % step) + operator.k) <= step;
  const guards = view.guards[0]!;
  const moving = guards.filter(({ coefficients }) => coefficients[column] !== 0);
  const areStill = guards.every((guard) => guard.coefficients[last] === 0 || moving.includes(guard));
  const isFew = guards.length <= mostGuards && moving.length <= 1;
  const isRead = isApart && isFew && areStill && guards.every((guard) => isSimple(guard, view.extents));
  const isWide = operator.kind === "Dot" || view.extents[column]! >= leastColumns;
  return isRead && isJoined(view, column) && isWide ? view : undefined;
}
