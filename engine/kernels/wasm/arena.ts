import { outputWords } from "../../program/cost.ts";
import type { Operator, Program } from "../../program/types.ts";
import { largestTreeBytes } from "./hash.ts";
import { fuse, separate, type Group, type Grouping } from "./fuse.ts";

/** Where the outputs of a step lie. UNITS: bytes, from the start of the outputs' part of the memory. */
export interface OutputPlan {
  /** Start of each operator's output; undefined for those that produce state and those that a group keeps to itself. */
  readonly starts: readonly (number | undefined)[];
  /** Bytes that the outputs need together. */
  readonly bytes: number;
}

/** Kernels work in whole vectors, so that the last words of a tensor may be written together with this padding. */
const ALIGN_BYTES = 64;

export function alignBytes(bytes: number): number {
  return Math.ceil(bytes / ALIGN_BYTES) * ALIGN_BYTES;
}

interface Gap {
  start: number;
  bytes: number;
}

/** Free parts of the memory below `end`, by address, no two of them touching. */
class Gaps {
  readonly #gaps: Gap[] = [];
  end = 0;

  take(bytes: number): number {
    let best = -1;
    this.#gaps.forEach((gap, index) => {
      if (gap.bytes >= bytes && (best < 0 || gap.bytes < this.#gaps[best]!.bytes)) best = index;
    });
    if (best < 0) {
      this.end += bytes;
      return this.end - bytes;
    }
    const gap = this.#gaps[best]!;
    const start = gap.start;
    gap.start += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) this.#gaps.splice(best, 1);
    return start;
  }

  give(start: number, bytes: number): void {
    const found = this.#gaps.findIndex((gap) => gap.start > start);
    const index = found < 0 ? this.#gaps.length : found;
    const before = this.#gaps[index - 1];
    const after = this.#gaps[index];
    const joinsBefore = before !== undefined && before.start + before.bytes === start;
    const joinsAfter = after !== undefined && start + bytes === after.start;
    if (joinsBefore) {
      before.bytes += bytes + (joinsAfter ? after.bytes : 0);
      if (joinsAfter) this.#gaps.splice(index, 1);
    } else if (joinsAfter) {
      after.start = start;
      after.bytes += bytes;
    } else {
      this.#gaps.splice(index, 0, { start, bytes });
    }
  }
}

/** Place of the last group that reads each operator's output, among the groups; its own group's where none does. */
function lastReaders(operators: readonly Operator[], groups: readonly Group[]): number[] {
  const last = operators.map(() => 0);
  groups.forEach((group, place) => {
    for (const j of group.operators) last[j] = Math.max(last[j]!, place);
    for (const j of group.operators)
      for (const { ref } of operators[j]!.operands)
        if (ref.space === "operator") last[ref.index] = Math.max(last[ref.index]!, place);
  });
  return last;
}

/**
 * Places outputs so that the space of one that nobody reads any more serves later ones.
 * INVARIANT: an output overlaps neither an operand of its group nor any output that a later group reads.
 */
export function planOutputs({ program, groups }: Grouping): OutputPlan {
  const { operators, states } = program;
  const firstProducer = operators.length - states.length;
  const sizes = operators.map((operator) => alignBytes(outputWords(operator) * 4));
  const endingAt: number[][] = groups.map(() => []);
  lastReaders(operators, groups).forEach((reader, j) => endingAt[reader]!.push(j));
  const gaps = new Gaps();
  const starts: (number | undefined)[] = operators.map(() => undefined);
  groups.forEach(({ stored }, place) => {
    for (const j of stored) if (j < firstProducer) starts[j] = gaps.take(sizes[j]!);
    for (const dead of endingAt[place]!) {
      const start = starts[dead];
      if (start !== undefined) gaps.give(start, sizes[dead]!);
    }
  });
  return { starts, bytes: gaps.end };
}

/** Bytes of the space that a step's outputs need, in groups or, where every output is seen, one by one: the larger of the two. */
export function outputBytes(program: Program): number {
  return Math.max(planOutputs(fuse(program)).bytes, planOutputs(separate(program)).bytes);
}

/** Memory that one execution of a program needs for its tensors, its dataset not counted. UNITS: bytes. */
export function executionBytes(program: Program): number {
  const sum = (tensors: readonly { readonly words: number }[]) =>
    tensors.reduce((bytes, { words }) => bytes + alignBytes(words * 4), 0);
  // States twice: the one that a step reads, and the next.
  return (
    outputBytes(program) + alignBytes(largestTreeBytes(program)) + 2 * sum(program.states) + sum(program.constants)
  );
}
