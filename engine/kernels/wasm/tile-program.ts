import { firstResult, immediate, mapSignatures } from "../../program/codes.ts";
import type { Fold, MapFunction, MapOperator, Program } from "../../program/types.ts";
import { isPerRow, readsOf, type Fusible, type GroupRead, type GroupShape } from "./group.ts";
import { isPair, pairOf, type Pair } from "./pairs.ts";
import { isConsecutive, repeatsRows, type Read } from "./reads.ts";

/**
 * A Map function, two of them, a Fold, or: the next words of an operand, a row's word in all its columns, one NaN instead of any, a copy that writes no
 * word too many.
 */
export type TileFunction = MapFunction | `fold ${Fold["fn"]}` | Pair | "load" | "spread" | "canonicalise" | "store";

/** One function over a tile. */
export interface Stage {
  readonly fn: TileFunction;
  /** The result has a word a row, not a word a column. So have the arguments, but for those of a Fold and of a spread. */
  readonly perRow: boolean;
  readonly to: number;
  /** Places of the arguments; a load's is the index of its operand. */
  readonly from: readonly number[];
}

/** An operand from the memory. */
export interface TileOperand extends GroupRead {
  /** Read where it lies, or read once since every tile has the same words, or copied for each tile by a load. */
  readonly mode: "moving" | "once" | "copied";
  /** Where it is found; a copied one is where its loads put it. */
  readonly place: number;
}

/**
 * A group as stages over tiles of whole rows. Places 0 to `moving` − 1 lie in tensors and move on from tile to tile. The rest are slots
 * of the working memory.
 */
export interface TileProgram extends GroupShape {
  readonly rowsPerTile: number;
  readonly moving: number;
  readonly slots: number;
  readonly operands: readonly TileOperand[];
  /** Slots that hold one word throughout. */
  readonly constants: readonly { readonly word: number; readonly place: number }[];
  readonly outputs: readonly { readonly operator: number; readonly perRow: boolean; readonly place: number }[];
  readonly stages: readonly Stage[];
}

/** What the record and the working memory of a kernel hold. */
const limits = { operands: 32, places: 200, stages: 500, slotBytes: 2 ** 19 };

/** The places of a tile fill the nearest cache this far. UNITS: bytes. */
const cacheBytes = 2 ** 16;
const leastTileWords = 256;
const mostTileWords = 2048;

/** Rows that are cut out of a long one since operands repeat themselves from one to the next. */
const leastRepeat = 16;
const mostRepeat = 1024;

/** Words on their way through the stages. */
interface Value {
  /** In a tensor, in a slot from its first stage to its last, or in a slot that is written before the first tile. */
  readonly lies: "moving" | "slot" | "lasting";
  place: number;
}

interface Operand extends GroupRead {
  readonly mode: TileOperand["mode"];
  readonly value: Value;
}

interface Step {
  readonly fn: TileFunction;
  readonly perRow: boolean;
  readonly to: Value;
  readonly from: readonly Value[];
  /** What a load copies. */
  readonly operand?: number;
}

/** Writes an operator after the other as steps over values. */
class Writer {
  readonly operands: Operand[] = [];
  readonly constants: { readonly word: number; readonly value: Value }[] = [];
  readonly outputs: { readonly operator: number; readonly perRow: boolean; readonly value: Value }[] = [];
  readonly steps: Step[] = [];
  /** Result of each operator so far. */
  readonly #results = new Map<number, Value>();
  readonly #loaded = new Map<string, Value>();
  readonly #shape: GroupShape;
  /** Columns of the walk. */
  readonly #columns: number;

  constructor(shape: GroupShape, columns: number) {
    this.#shape = shape;
    this.#columns = columns;
  }

  #step(fn: TileFunction, perRow: boolean, from: readonly Value[], to: Value = { lies: "slot", place: -1 }): Value {
    this.steps.push({ fn, perRow, to, from });
    return to;
  }

  #constant(word: number): Value {
    const known = this.constants.find((constant) => constant.word === word)?.value;
    if (known !== undefined) return known;
    const value: Value = { lies: "lasting", place: -1 };
    this.constants.push({ word, value });
    return value;
  }

  #load({ read, perRow }: GroupRead): Value {
    const moves = isConsecutive(read);
    const repeats = repeatsRows(read, perRow ? 1 : this.#columns);
    const mode = moves && read.extents.length > 0 ? "moving" : repeats ? "once" : "copied";
    const lies = ({ moving: "moving", once: "lasting", copied: "slot" } as const)[mode];
    const value: Value = { lies, place: -1 };
    if (mode === "copied") this.steps.push({ fn: "load", perRow, to: value, from: [], operand: this.operands.length });
    this.operands.push({ read, perRow, mode, value });
    return value;
  }

  /** The value of a read: another operator's result, in all columns where it has a word a row, or words from the memory. */
  #value(read: GroupRead, sourcePerRow: boolean): Value {
    const { ref, offset, extents, strides } = read.read;
    const result = ref.space === "operator" ? this.#results.get(ref.index) : undefined;
    const spreads = result !== undefined && sourcePerRow && !read.perRow;
    if (result !== undefined && !spreads) return result;
    const key = [ref.space, ref.index, offset, extents.join(), strides.join(), read.perRow].join(" ");
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    const value = result === undefined ? this.#load(read) : this.#step("spread", false, [result]);
    this.#loaded.set(key, value);
    return value;
  }

  #map({ instructions }: MapOperator, perRow: boolean, operands: readonly Value[], to: Value | undefined): Value {
    const results: Value[] = [];
    for (const { fn, a, b, c, imm } of instructions) {
      const argument = (code: number) =>
        code === immediate ? this.#constant(imm) : code < firstResult ? operands[code]! : results[code - firstResult]!;
      const from = [a, b, c].slice(0, mapSignatures[fn].arity).map(argument);
      const last = results.length === instructions.length - 1;
      results.push(this.#step(fn, perRow, from, last ? to : undefined));
    }
    return results.at(-1)!;
  }

  /** SPEC: Fold. With init: out = init ∘ the sum or maximum of the run. */
  #fold({ fn }: Fold, operands: readonly Value[], to: Value | undefined): Value {
    const runs = fn === "dot" ? 2 : 1;
    const init = operands[runs];
    if (init === undefined) return this.#step(`fold ${fn}`, true, operands, to);
    const folded = this.#step(`fold ${fn}`, true, operands.slice(0, runs));
    return this.#step(fn === "max" ? "max" : "add", true, [init, folded], to);
  }

  add(program: Program, j: number, isStored: boolean): void {
    const operator = program.operators[j] as Fusible;
    const perRow = isPerRow(operator, this.#shape);
    const operands = readsOf(operator, this.#shape).map((read) => {
      const { space, index } = read.read.ref;
      return this.#value(read, space === "operator" && isPerRow(program.operators[index]!, this.#shape));
    });
    // A stage writes whole vectors: a column's words end on one (`rowsOfTile`), those of a few rows do not.
    const to: Value | undefined = isStored && !perRow ? { lies: "moving", place: -1 } : undefined;
    const result =
      operator.kind === "Map" ? this.#map(operator, perRow, operands, to) : this.#fold(operator, operands, to);
    this.#results.set(j, result);
    if (!isStored) return;
    // A NaN inside a group may have any bits, since no function looks at them; what lies in the memory is one NaN.
    if (operator.dtype === "f32") this.#step("canonicalise", perRow, [], result);
    const value = to ?? this.#step("store", perRow, [result], { lies: "moving", place: -1 });
    this.outputs.push({ operator: j, perRow, value });
  }
}

/** Steps of which neighbours are one where the second alone takes the result of the first. */
function paired(steps: readonly Step[]): Step[] {
  const uses = new Map<Value, number>();
  for (const { from } of steps) for (const value of from) uses.set(value, (uses.get(value) ?? 0) + 1);
  const result: Step[] = [];
  for (const step of steps) {
    const before = result.at(-1);
    const at = before === undefined ? -1 : step.from.indexOf(before.to);
    const alone = before?.to.lies === "slot" && uses.get(before.to) === 1 && step.from.length === 2;
    const fn = before !== undefined && alone && at >= 0 ? pairOf(before.fn, step.fn, at === 0) : undefined;
    if (before === undefined || fn === undefined) result.push(step);
    else result.splice(-1, 1, { ...step, fn, from: [...before.from, step.from[1 - at]!] });
  }
  return result;
}

/** Gives values their places; a slot is used again once its value's last step is done. Answers how many slots there are. */
function placeValues(
  { operands, constants, outputs }: Writer,
  steps: readonly Step[],
): { moving: number; slots: number } {
  const values = [...operands, ...constants, ...outputs].map(({ value }) => value);
  const moving = values.filter(({ lies }) => lies === "moving");
  const lasting = values.filter(({ lies }) => lies === "lasting");
  [...moving, ...lasting].forEach((value, place) => (value.place = place));
  const last = new Map<Value, number>();
  steps.forEach(({ to, from }, at) => [to, ...from].forEach((value) => last.set(value, at)));
  const free: number[] = [];
  let places = moving.length + lasting.length;
  steps.forEach(({ fn, to, from }, at) => {
    const ending = [...new Set(from)].filter((value) => value.lies === "slot" && last.get(value) === at);
    const release = () => free.push(...ending.map(({ place }) => place));
    // Word by word, a result may overwrite an argument; where rows and columns change, it may not.
    const inPlace = fn in mapSignatures || isPair(fn);
    if (inPlace) release();
    if (to.lies === "slot" && to.place < 0) to.place = free.pop() ?? places++;
    if (!inPlace) release();
    if (to.lies === "slot" && last.get(to) === at) free.push(to.place);
  });
  return { moving: moving.length, slots: places - moving.length };
}

/** Words of a read's last axis, of its last two, and so on. */
function innerWords({ extents }: Read): number[] {
  return extents.map((_, axis) => extents.slice(axis).reduce((a, b) => a * b, 1)).toReversed();
}

/** Columns of the rows in which operands of a group without rows repeat themselves, so that they are read once; 1 if they do not. */
function repeatedColumns(program: Program, operators: readonly number[], shape: GroupShape): number {
  const reads = operators.flatMap((j) => readsOf(program.operators[j] as Fusible, shape)).map(({ read }) => read);
  const repeating = reads.filter(({ extents, strides }) => extents.length > 1 && strides.at(-1) !== 0);
  const found = repeating.flatMap((read) => innerWords(read).filter((columns) => repeatsRows(read, columns)));
  return found.find((columns) => columns >= leastRepeat && columns <= mostRepeat) ?? 1;
}

/** Rows of a tile that stays in the cache, and whose words are whole vectors, of 16 words at most, unless it is the only one. */
function rowsOfTile({ rows, columns }: GroupShape, places: number): number {
  const words = Math.min(mostTileWords, Math.max(leastTileWords, cacheBytes / 4 / places));
  const most = Math.max(1, Math.floor(words / columns));
  const step = most >= 16 ? 16 : ([1, 2, 4, 8].find((rowsOfStep) => (rowsOfStep * columns) % 16 === 0) ?? 16);
  return Math.min(rows, Math.max(step, most - (most % step)));
}

/** Bytes of a slot: a tile's words, and what kernels read past them. */
export function slotBytes({ rowsPerTile, columns }: Pick<TileProgram, "rowsPerTile" | "columns">): number {
  return Math.ceil((rowsPerTile * columns) / 16) * 64 + 64;
}

/**
 * Stages that compute some operators together and leave the outputs of `stored` in the memory; undefined if they are more than a kernel
 * takes. ASSUMES: operators in program order that read each other in step.
 */
export function tileProgram(
  program: Program,
  operators: readonly number[],
  stored: readonly number[],
  shape: GroupShape,
): TileProgram | undefined {
  const columns = shape.columns > 1 ? shape.columns : repeatedColumns(program, operators, shape);
  const writer = new Writer(shape, columns);
  for (const j of operators) writer.add(program, j, stored.includes(j));
  const steps = paired(writer.steps);
  const { moving, slots } = placeValues(writer, steps);
  const walk = { rows: (shape.rows * shape.columns) / columns, columns };
  const rowsPerTile = rowsOfTile(walk, moving + slots);
  const tiles: TileProgram = {
    ...walk,
    rowsPerTile,
    moving,
    slots,
    operands: writer.operands.map(({ value, ...operand }) => ({ ...operand, place: value.place })),
    constants: writer.constants.map(({ word, value }) => ({ word, place: value.place })),
    outputs: writer.outputs.map(({ value, ...output }) => ({ ...output, place: value.place })),
    stages: steps.map(({ fn, perRow, to, from, operand }) => {
      return { fn, perRow, to: to.place, from: operand === undefined ? from.map(({ place }) => place) : [operand] };
    }),
  };
  const fits =
    tiles.operands.length <= limits.operands &&
    moving + slots <= limits.places &&
    tiles.stages.length <= limits.stages &&
    slots * slotBytes(tiles) <= limits.slotBytes;
  return fits ? tiles : undefined;
}
