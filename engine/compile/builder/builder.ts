import type { Dtype, FieldDeclaration, Operator } from "../../program/types.ts";
import { product } from "../graph.ts";
import { originsOf, withOrigins, type Origin } from "./origin.ts";
import { makeValue, type Value } from "./value.ts";

export interface ConstantData {
  readonly dtype: Dtype;
  readonly words: Uint32Array;
}

/** Collects the operators of a program. Equal operators and equal constants exist once. */
export class Builder {
  readonly batch: number;
  readonly fields: readonly FieldDeclaration[];
  readonly operators: Operator[] = [];
  readonly constants: ConstantData[] = [];
  /** What is being lowered: the origin of the operators that are emitted. */
  origin: Origin = { phase: "data" };
  readonly #interned = new Map<string, number>();

  constructor(batch: number, fields: readonly FieldDeclaration[]) {
    this.batch = batch;
    this.fields = fields;
  }

  /** The value of `operator` under `shape` (the operator's own extents, unless the shape has no axis or is regrouped). */
  emit(operator: Operator, shape: readonly number[] = operator.extents): Value {
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
