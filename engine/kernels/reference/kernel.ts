import type { Operand, StepContext } from "../../program/types.ts";

/**
 * What every reference kernel shares. Each kind's file has two functions: `…Element` defines one output word by the words it
 * reads, `run…` computes a whole output and is its naive loop. SPEC: spec/program.md, The eight operators.
 */

/** What an operator depends on beside its operands. */
export interface KernelContext extends StepContext {
  /** Positions of one step. */
  readonly batch: number;
  /** Samples of the dataset. */
  readonly samples: number;
  /** Words of operand 0's tensor (Sample of a dataset, Schedule). */
  readonly sourceWords: number;
  /** Words from one sample of operand 0's field to the next (Sample of a dataset). */
  readonly sourceStride: number;
}

/**
 * Reads `words` consecutive words of operand `operand` from `address`. An element function calls it once for each read of a
 * judgement, in the order of spec/game.md, Order of reads.
 */
export type Read = (operand: number, address: number, words: number) => Uint32Array;

/** Coordinates of the output word with a flat index, row-major. */
export function coordinatesOf(extents: readonly number[], flat: number): number[] {
  const coordinates = extents.map(() => 0);
  let rest = flat;
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    coordinates[axis] = rest % extents[axis]!;
    rest = Math.floor(rest / extents[axis]!);
  }
  return coordinates;
}

/** offset + Σ factors·coordinates. */
export function addressAt(offset: number, factors: readonly number[], coordinates: readonly number[]): number {
  return factors.reduce((sum, factor, axis) => sum + factor * coordinates[axis]!, offset);
}

/** Address of an operand at coordinates. */
export function addressOf(operand: Operand, coordinates: readonly number[]): number {
  return addressAt(operand.offset, operand.strides, coordinates);
}

/** The one word of an operand at coordinates. */
export function readWord(read: Read, operands: readonly Operand[], operand: number, coordinates: number[]): number {
  return read(operand, addressOf(operands[operand]!, coordinates), 1)[0]!;
}

export function productOf(extents: readonly number[]): number {
  return extents.reduce((product, extent) => product * extent, 1);
}

/** A linear function of the coordinates: an operand's address, or a guard's value. */
export interface Linear {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * Calls `visit` for every row of the output (its last axis) with the flat index of the row's first word and each linear
 * function's value there. `values` is reused from row to row.
 */
export function forEachRow(
  extents: readonly number[],
  linears: readonly Linear[],
  visit: (flat: number, values: readonly number[]) => void,
): void {
  const outer = extents.length - 1;
  const row = extents[outer]!;
  const end = productOf(extents);
  const coordinates = extents.map(() => 0);
  const values = linears.map(({ offset }) => offset);
  for (let flat = 0; flat < end; flat += row) {
    visit(flat, values);
    for (let axis = outer - 1; axis >= 0; axis--) {
      coordinates[axis]! += 1;
      const wraps = coordinates[axis] === extents[axis];
      const move = wraps ? 1 - extents[axis]! : 1;
      for (let index = 0; index < values.length; index++) values[index]! += move * linears[index]!.strides[axis]!;
      if (!wraps) break;
      coordinates[axis] = 0;
    }
  }
}

/** Each linear function's stride along the last axis. */
export function rowStrides(linears: readonly Linear[]): number[] {
  return linears.map(({ strides }) => strides.at(-1)!);
}
