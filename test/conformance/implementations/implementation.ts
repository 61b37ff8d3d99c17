import type { MapFunction } from "../../../engine/index.ts";
import type { OperatorCase, ValidationCase } from "../vectors.ts";

/** What the conformance tests ask of an implementation of the spec. */
export interface Implementation {
  readonly name: string;
  /** Why this machine does not have it; absent where every machine does. */
  absence?(): Promise<string | undefined>;
  /**
   * Values of a Map function.
   * @param columns one column of words an argument, all of one length
   */
  mapFunction(fn: MapFunction, columns: readonly Uint32Array[]): Promise<Uint32Array>;
  /** The word at each of the case's elements, in their order. */
  elements(vector: OperatorCase): Promise<number[]>;
  /** Answers of the record validation; absent where the implementation has none of its own. */
  validate?(vectors: readonly ValidationCase[]): Promise<number[]>;
}
