import { outputWords } from "../../program/cost.ts";
import type { Operator, Program } from "../../program/types.ts";
import { asCopies } from "./copies.ts";
import { commonShape, isFusible, isPerRow, readsOf, shapeOf, type Fusible, type GroupShape } from "./group.ts";
import { isWhole, spreadsRows } from "./reads.ts";
import { tileProgram, type TileProgram } from "./tile-program.ts";
import { isTurned, turnRuns } from "./turned.ts";

/** Operators that are computed together. */
export interface Group {
  /** In program order. */
  readonly operators: readonly number[];
  /** Those whose outputs lie in the memory afterwards: states, and what other groups read. */
  readonly stored: readonly number[];
  /** How all of them are computed tile by tile; undefined for a single operator, which its own kernel computes. */
  readonly tiles?: TileProgram;
}

/** Operators as an engine computes them, and their groups in an order in which they can run. */
export interface Grouping {
  readonly program: Program;
  readonly groups: readonly Group[];
}

/** A group that may still grow. */
interface Draft extends GroupShape {
  readonly operators: readonly number[];
}

/** Two groups are joined over at most so many others: all of those are looked at. */
const farthest = 4096;

/** Most axes of a read that a kernel walks. */
const maxAxes = 8;

/** Joins operators into groups. */
class Fusion {
  readonly #program: Program;
  /** Operators that read each operator's output. */
  readonly #readers: readonly (readonly number[])[];
  /** The group of each operator. */
  readonly #draftOf: Draft[];
  /** INVARIANT: an order in which the groups can run. Places of groups that joined others are empty. */
  readonly #order: (Draft | undefined)[];
  readonly #placeOf: Map<Draft, number>;
  readonly #apart: ReadonlySet<number>;

  /** @param apart operators that are not joined to others */
  constructor(program: Program, apart: ReadonlySet<number>) {
    this.#program = program;
    this.#apart = apart;
    const readers = program.operators.map((): number[] => []);
    program.operators.forEach((_, j) => this.#sources(j).forEach((source) => readers[source]!.push(j)));
    this.#readers = readers;
    this.#draftOf = program.operators.map((operator, j) => ({ operators: [j], ...shapeOf(operator) }));
    this.#order = [...this.#draftOf];
    this.#placeOf = new Map(this.#draftOf.map((draft, place) => [draft, place]));
  }

  run(): Group[] {
    const { operators } = this.#program;
    const joins = (j: number) => isFusible(operators[j]!) && !this.#apart.has(j);
    operators.forEach((_, reader) => {
      if (!joins(reader)) return;
      const sources = this.#sources(reader).filter(joins);
      for (const source of sources.toSorted((a, b) => b - a)) this.#join(source, reader);
    });
    return this.#order.flatMap((draft) => (draft === undefined ? [] : [this.#group(draft)!]));
  }

  #operator(j: number): Operator {
    return this.#program.operators[j]!;
  }

  #sources(j: number): number[] {
    return this.#operator(j).operands.flatMap(({ ref }) => (ref.space === "operator" ? [ref.index] : []));
  }

  /** Joins the groups of two operators, if the later one takes the earlier one's words as it goes. */
  #join(source: number, reader: number): void {
    const [a, b] = [this.#draftOf[source]!, this.#draftOf[reader]!];
    const shape = a === b ? undefined : commonShape(a, b);
    if (shape === undefined) return;
    const operators = [...a.operators, ...b.operators].toSorted((i, j) => i - j);
    const { rows, columns } = shape;
    const draft: Draft = { rows, columns, operators };
    if (!this.#readsInStep(draft) || this.#group(draft) === undefined) return;
    const around = this.#around(a, b);
    if (around === undefined) return;
    this.#place([...around.before, draft, ...around.after], this.#placeOf.get(a)!, this.#placeOf.get(b)!);
    for (const j of operators) this.#draftOf[j] = draft;
  }

  /** Whether every read inside a group is of the same word, or of its row's. */
  #readsInStep({ operators, ...shape }: Draft): boolean {
    const inside = new Set(operators);
    return operators.every((j) =>
      readsOf(this.#operator(j) as Fusible, shape).every(({ read, perRow }) => {
        const { space, index } = read.ref;
        if (space !== "operator" || !inside.has(index)) return read.extents.length <= maxAxes;
        if (isPerRow(this.#operator(index), shape) === perRow) return isWhole(read);
        return !perRow && spreadsRows(read, shape.rows, shape.columns);
      }),
    );
  }

  /** The group, or undefined if it is more than a kernel can take. */
  #group({ operators, ...shape }: Draft): Group | undefined {
    if (operators.length === 1) return this.#alone(operators[0]!);
    const inside = new Set(operators);
    const firstProducer = this.#program.operators.length - this.#program.states.length;
    const isStored = (j: number) => j >= firstProducer || this.#readers[j]!.some((reader) => !inside.has(reader));
    const stored = operators.filter(isStored);
    const tiles = tileProgram(this.#program, operators, stored, shape);
    return tiles && { operators, stored, tiles };
  }

  /** A Map of several instructions gains from pairs of them and from operands that are read once; the rest has a kernel of its own. */
  #alone(j: number): Group {
    const operator = this.#operator(j);
    const single = { operators: [j], stored: [j] };
    const gains = operator.kind === "Map" && operator.instructions.length > 1;
    const tiles = gains ? tileProgram(this.#program, [j], [j], shapeOf(operator)) : undefined;
    return tiles === undefined ? single : { ...single, tiles };
  }

  /**
   * What stands between two groups that become one: what waits for the earlier one goes behind the whole, the rest in front of it.
   * Undefined if the later one waits for any of the former.
   */
  #around(earlier: Draft, later: Draft): { before: Draft[]; after: Draft[] } | undefined {
    const [from, to] = [this.#placeOf.get(earlier)!, this.#placeOf.get(later)!];
    if (to - from > farthest) return undefined;
    const waitsFor = ({ operators }: Draft, drafts: ReadonlySet<Draft>) =>
      operators.some((j) => this.#sources(j).some((source) => drafts.has(this.#draftOf[source]!)));
    const waiting = new Set([earlier]);
    const before: Draft[] = [];
    for (const draft of this.#order.slice(from + 1, to)) {
      if (draft === undefined) continue;
      if (waitsFor(draft, waiting)) waiting.add(draft);
      else before.push(draft);
    }
    waiting.delete(earlier);
    return waitsFor(later, waiting) ? undefined : { before, after: [...waiting] };
  }

  #place(drafts: readonly Draft[], from: number, to: number): void {
    for (let place = from; place <= to; place++) {
      const draft = drafts[place - from];
      this.#order[place] = draft;
      if (draft !== undefined) this.#placeOf.set(draft, place);
    }
  }
}

/**
 * Groups of a program's operators in an order in which they can run: chains of Maps, and Folds over their rows, become one pass over the
 * memory whose inner results exist in tiles only. Every instruction is still rounded by itself and every Fold keeps its order, so the words
 * are those of the single operators. Views that products and sums read through are in no group.
 */
export function fuse(program: Program): Grouping {
  const grouping = fused.get(program) ?? group(program);
  fused.set(program, grouping);
  return grouping;
}

/** Programs do not change, and planning, memory estimates and executors all ask. */
const fused = new WeakMap<Program, Grouping>();

function group(given: Program): Grouping {
  const { program: turnedProgram, absorbed } = turnRuns(given);
  const program = asCopies(turnedProgram);
  const turned = program.operators.flatMap((operator, j) => (isTurned(operator) ? [j] : []));
  const groups = withoutIdleFolds(program, turned);
  return { program, groups: groups.filter(({ operators }) => !absorbed.has(operators[0]!)) };
}

/** @param alone operators that are in no group with others */
function withoutIdleFolds(program: Program, alone: readonly number[]): Group[] {
  const apart = new Set(alone);
  for (;;) {
    const groups = new Fusion(program, apart).run();
    const idle = groups.flatMap((group) => idleFolds(program, group));
    if (idle.length === 0) return groups;
    for (const fold of idle) apart.add(fold);
  }
}

/** Folds of a group that has no other operator over their rows: walking those rows together would save next to nothing. */
function idleFolds({ operators }: Program, group: Group): number[] {
  if (group.tiles === undefined) return [];
  const folds = group.operators.filter((j) => operators[j]!.kind === "Fold");
  const rows = folds.map((j) => outputWords(operators[j]!));
  const hasWork = group.operators.some((j) => outputWords(operators[j]!) !== rows[0]);
  return hasWork ? [] : folds;
}

/** Every operator by itself, in order: each output lies in the memory. */
export function separate(program: Program): Grouping {
  return { program, groups: program.operators.map((_, j) => ({ operators: [j], stored: [j] })) };
}
