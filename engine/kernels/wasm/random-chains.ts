import type { Prng } from "../../../common/index.ts";
import { commitTensor } from "../../commit/tensor.ts";
import type { ExecutorInput } from "../../execution.ts";
import { firstResult, mapSignatures } from "../../program/codes.ts";
import type { Dtype, Instruction, Operand, Operator, Ref, StateDeclaration } from "../../program/types.ts";
import { nastyWords } from "./nasty-words.ts";
import { randomInstruction } from "./random-operators.ts";

/** Words of a tensor: one for each place of rows and columns, for each row, for each column, or a single one. */
type Extent = "whole" | "row" | "column" | "one";

interface Source {
  readonly ref: Ref;
  readonly dtype: Dtype;
  readonly extent: Extent;
}

/** Sums, products and quotients of what came last, as optimisers have them. */
function arithmetic(random: Prng, values: readonly { code: number; dtype: Dtype }[]): Instruction {
  const codes = values.filter(({ dtype }) => dtype === "f32").map(({ code }) => code);
  if (codes.length === 0) return randomInstruction(random, values);
  const fn = random.pick(["add", "sub", "mul", "div"] as const);
  const [last, other] = [codes.at(-1)!, random.pick(codes)];
  const [a, b] = random.below(2) === 0 ? [last, other] : [other, last];
  return { fn, a, b, c: 0, imm: 0 };
}

/** Random operators that read each other word for word, row for row and every other way. */
class ChainBuilder {
  readonly operators: Operator[] = [];
  readonly sources: Source[] = [];
  readonly random: Prng;
  readonly rows: number;
  readonly columns: number;

  constructor(random: Prng, rows: number, columns: number) {
    this.random = random;
    this.rows = rows;
    this.columns = columns;
  }

  wordsOf(extent: Extent): number {
    const { rows, columns } = this;
    return { whole: rows * columns, row: rows, column: columns, one: 1 }[extent];
  }

  /** A recent source more often than an old one: that makes chains. */
  #pick(fits: (source: Source) => boolean): Source | undefined {
    const fitting = this.sources.filter(fits);
    if (fitting.length === 0) return undefined;
    return this.random.below(3) > 0
      ? fitting.at(-1 - this.random.below(Math.min(3, fitting.length)))
      : this.random.pick(fitting);
  }

  #push(operator: Operator, extent: Extent): void {
    const ref: Ref = { space: "operator", index: this.operators.length };
    this.operators.push(operator);
    this.sources.push({ ref, dtype: operator.dtype, extent });
  }

  /** Strides along rows and columns; now and then across a whole tensor in the other order. */
  #strides(extent: Extent): number[] {
    const { rows, columns } = this;
    if (extent === "whole" && this.random.below(8) === 0) return [1, rows];
    return { whole: [columns, 1], row: [1, 0], column: [0, 1], one: [0, 0] }[extent];
  }

  /** @param dtype of the output, if it matters */
  map(extent: "whole" | "row", dtype?: Dtype): void {
    const { random, rows, columns } = this;
    const operands: Operand[] = [];
    const values: { code: number; dtype: Dtype }[] = [];
    const flat = random.below(3) === 0;
    const count = 1 + random.below(4);
    for (let i = 0; i < count; i++) {
      const source = this.#pick((each) =>
        extent === "whole" ? !flat || each.extent === "whole" : each.extent !== "column",
      );
      const strides = this.#strides(source!.extent);
      const own = extent === "row" ? [strides[0]!] : flat ? [1] : strides;
      operands.push({ ref: source!.ref, offset: 0, strides: own });
      values.push({ code: i, dtype: source!.dtype });
    }
    const instructions: Instruction[] = [];
    const length = 1 + random.below(5);
    while (instructions.length < length || (dtype !== undefined && values.at(-1)!.dtype !== dtype)) {
      if (instructions.length === 24) instructions.splice(0);
      values.splice(count + instructions.length);
      const instruction = random.below(2) === 0 ? arithmetic(random, values) : randomInstruction(random, values);
      values.push({ code: firstResult + instructions.length, dtype: mapSignatures[instruction.fn].gives });
      instructions.push(instruction);
    }
    const extents = extent === "row" ? [rows] : flat ? [rows * columns] : [rows, columns];
    this.#push({ kind: "Map", dtype: values.at(-1)!.dtype, extents, operands, instructions }, extent);
  }

  fold(): void {
    const { random, rows, columns } = this;
    const fn = random.pick(["sum", "max", "dot"] as const);
    const run = (): Operand => {
      const source = this.#pick(
        (each) => each.dtype === "f32" && (each.extent === "whole" || each.extent === "column"),
      )!;
      return { ref: source.ref, offset: 0, strides: [source.extent === "whole" ? columns : 0] };
    };
    const operands = fn === "dot" ? [run(), run()] : [run()];
    const init =
      random.below(3) === 0 ? this.#pick((each) => each.dtype === "f32" && each.extent === "row") : undefined;
    if (init !== undefined) operands.push({ ref: init.ref, offset: 0, strides: [1] });
    this.#push({ kind: "Fold", fn, dtype: "f32", extents: [rows], operands, k: columns, l: 0 }, "row");
  }

  /** Rows and columns changed about, or a copy. */
  view(): void {
    const { random, rows, columns } = this;
    const { ref, dtype } = this.#pick(({ extent }) => extent === "whole")!;
    const turned = random.below(2) === 0;
    const extents = turned ? [columns, rows] : [rows, columns];
    const operands = [{ ref, offset: 0, strides: turned ? [1, columns] : [columns, 1] }];
    this.#push({ kind: "View", dtype, extents, operands, guards: [[]], fill: 0 }, "whole");
  }

  /** Words for squares of two by two places, as the gradient of a pool has them; without squares any Map. */
  enlarge(): void {
    const { random, rows, columns } = this;
    if (rows % 2 > 0 || columns % 2 > 0) return this.map("whole");
    const whole = () => this.#pick(({ extent, dtype }) => extent === "whole" && dtype === "f32")!.ref;
    const small = this.#pick(({ extent, dtype }) => extent === "column" && dtype === "f32")!.ref;
    const operands: Operand[] = [
      { ref: whole(), offset: 0, strides: [columns / 2, 0, 1, random.below(2)] },
      { ref: small, offset: 0, strides: [0, columns > 2 ? 2 : 0, 0, 1] },
      { ref: whole(), offset: 0, strides: [2 * columns, columns, 2, 1] },
    ];
    const instructions: Instruction[] = [
      { fn: "equal", a: 0, b: 1, c: 0, imm: 0 },
      { fn: "select", a: firstResult, b: 0, c: 2, imm: 0 },
    ];
    const extents = [rows / 2, 2, columns / 2, 2];
    this.#push({ kind: "Map", dtype: "f32", extents, operands, instructions }, "whole");
  }

  any(): void {
    const choice = this.random.below(11);
    if (choice === 10) this.enlarge();
    else if (choice < 5) this.map("whole");
    else if (choice < 7) this.map("row");
    else if (choice < 9) this.fold();
    else this.view();
  }
}

/** A program of chains, with what it starts from: NaNs, zeros of both signs and subnormals among it. */
export function randomChains(random: Prng): ExecutorInput & { readonly state: readonly Uint32Array[] } {
  const columns = random.pick([2, 3, 4, 4, 5, 8, 16, 17, 48, 64, 65, 100, 384, 1000]);
  const rows = random.pick([1, 2, 3, 5, 16, 33, 100, 257].filter((each) => each * columns < 8_000));
  const builder = new ChainBuilder(random, rows, columns);
  const stateExtents = [
    ["whole", "f32"],
    ["whole", "f32"],
    ["row", "f32"],
    ["whole", "i32"],
  ] as const;
  const constantExtents = [
    ["whole", "f32"],
    ["row", "f32"],
    ["column", "f32"],
    ["one", "f32"],
    ["column", "i32"],
  ] as const;
  stateExtents.forEach(([extent, dtype], index) =>
    builder.sources.push({ ref: { space: "state", index }, dtype, extent }),
  );
  constantExtents.forEach(([extent, dtype], index) =>
    builder.sources.push({ ref: { space: "constant", index }, dtype, extent }),
  );
  const length = 4 + random.below(16);
  for (let i = 0; i < length; i++) builder.any();
  for (const [extent, dtype] of stateExtents) {
    if (extent === "row" && random.below(2) === 0) builder.fold();
    else builder.map(extent, dtype);
  }
  const words = (extent: Extent, dtype: Dtype) => nastyWords(random, dtype, builder.wordsOf(extent));
  const constants = constantExtents.map(([extent, dtype]) => words(extent, dtype));
  const states = stateExtents.map(([extent, dtype]): StateDeclaration => ({ dtype, words: builder.wordsOf(extent) }));
  const declarations = constants.map((each, i) => {
    const { dtype } = { dtype: constantExtents[i]![1] };
    return { dtype, words: each.length, root: commitTensor(each, dtype).root };
  });
  return {
    program: { states, fields: [], constants: declarations, operators: builder.operators, batch: 1 },
    constants,
    dataset: { samples: 0, fields: [] },
    state: stateExtents.map(([extent, dtype]) => words(extent, dtype)),
  };
}
