import type { Dtype, FieldDeclaration, Operator } from "../../program/types.ts";
import { runOperator } from "../../kernels/reference/index.ts";
import { product } from "../graph.ts";
import { originsOf, withOrigins, type Origin } from "./origin.ts";
import { makeValue, type Value } from "./value.ts";

export interface ConstantData {
  readonly dtype: Dtype;
  readonly words: Uint32Array;
}

/** Most words that an operator on constants may compute at compile time; longer ones are computed in every step. */
const FOLDED_WORDS = 65_536;
/** No operator that is folded depends on anything but its operands. */
const nowhere = {
  step: 0,
  seed: 0,
  order: "sequential",
  batch: 1,
  samples: 0,
  sourceWords: 0,
  sourceStride: 0,
} as const;

/**
 * Collects the operators of a program. Equal operators and equal constants exist once; what constants alone determine is computed
 * here, by the reference kernels, and is a constant: the shapes that exporters put together of nodes, masks, ranges.
 */
export class Builder {
  readonly batch: number;
  readonly fields: readonly FieldDeclaration[];
  readonly operators: Operator[] = [];
  readonly constants: ConstantData[] = [];
  /** What is being lowered: the origin of the operators that are emitted. */
  origin: Origin = { phase: "data" };
  readonly #interned = new Map<string, number>();
  #streams = 0;

  constructor(batch: number, fields: readonly FieldDeclaration[]) {
    this.batch = batch;
    this.fields = fields;
  }

  /** The value of `operator` under `shape` (the operator's own extents, unless the shape has no axis or is regrouped). */
  emit(operator: Operator, shape: readonly number[] = operator.extents): Value {
    const folded = this.#fold(operator);
    if (folded !== undefined) return this.constant(operator.dtype, folded, shape);
    const index = this.#intern(`operator ${JSON.stringify(operator)}`, this.operators, this.#marked(operator));
    return makeValue({ space: "operator", index }, operator.dtype, shape);
  }

  #marked(operator: Operator): Operator {
    return originsOf(operator).length > 0 ? operator : withOrigins(operator, [this.origin]);
  }

  constant(dtype: Dtype, words: Uint32Array, shape: readonly number[]): Value {
    const key = `${dtype} ${words.length} ${Buffer.from(words.buffer, words.byteOffset, words.byteLength).toString("base64")}`;
    return makeValue({ space: "constant", index: this.#intern(key, this.constants, { dtype, words }) }, dtype, shape);
  }

  /** 0, 1, … n−1. */
  iota(n: number): Value {
    return this.constant(
      "i32",
      Uint32Array.from({ length: n }, (_, i) => i),
      [n],
    );
  }

  /** Field `index` of the samples of this step: [batch, length of the field]. */
  sample(index: number): Value {
    const field = this.fields[index] as FieldDeclaration;
    return this.emit({
      kind: "Sample",
      fn: "dataset",
      dtype: field.dtype,
      extents: [this.batch, field.length],
      operands: [{ ref: { space: "field", index }, offset: 0, strides: [0, 0] }],
      basePosition: 0,
    });
  }

  /** Random bits of a stream of their own: i32, other ones in every step. */
  random(shape: readonly number[]): Value {
    this.#streams += 1;
    return this.emit(
      {
        kind: "Sample",
        fn: "random",
        dtype: "i32",
        extents: [product(shape)],
        operands: [],
        stream: this.#streams - 1,
      },
      shape,
    );
  }

  #fold(operator: Operator): Uint32Array | undefined {
    const words = product(operator.extents);
    const { kind, operands } = operator;
    if (kind === "Sample" || kind === "Schedule" || words > FOLDED_WORDS) return undefined;
    if (!operands.every(({ ref }) => ref.space === "constant")) return undefined;
    const sources = operands.map(({ ref }) => (this.constants[ref.index] as ConstantData).words);
    const out = new Uint32Array(words);
    runOperator(operator, sources, out, nowhere);
    return out;
  }

  #intern<T>(key: string, list: T[], item: T): number {
    const known = this.#interned.get(key);
    if (known !== undefined) return known;
    this.#interned.set(key, list.length);
    return list.push(item) - 1;
  }
}

/** Extents of an operator that computes a value of this shape: a scalar has one axis of extent 1. */
export function extentsOf(shape: readonly number[]): readonly number[] {
  return shape.length === 0 ? [1] : shape;
}

/** Total words of a value. */
export function wordsOf(value: Value): number {
  return product(value.shape);
}
