import type { Scatter } from "../../program/types.ts";
import { addressOf, coordinatesOf, forEachRow, productOf, readWord, rowStrides } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalise, floatOf, floatsOf, intsOf, wordOf } from "./words.ts";

export function scatterElement(operator: Scatter, flat: number, read: Read): number {
  const { operands, axis, k } = operator;
  const coordinates = coordinatesOf(operator.extents, flat);
  const source = floatsOf(read(0, addressOf(operands[0]!, coordinates), k));
  const index = intsOf(read(1, addressOf(operands[1]!, coordinates), k));
  let acc = operands.length === 3 ? floatOf(readWord(read, operands, 2, coordinates)) : 0;
  // ORDER: ascending p.
  for (let p = 0; p < k; p++) {
    if (index[p] === coordinates[axis]) acc = Math.fround(acc + source[p]!);
  }
  return wordOf(acc);
}

export function runScatter(operator: Scatter, sources: readonly Uint32Array[], out: Uint32Array): void {
  layInitial(operator, sources[2], out);
  const { operands, axis } = operator;
  const fixed = operands[0]!.strides[axis] === 0 && operands[1]!.strides[axis] === 0;
  if (fixed) addBySource(operator, sources, out);
  else addByElement(operator, sources, out);
  canonicalise(out);
}

/** Fills the output with init, or +0. */
function layInitial(operator: Scatter, initial: Uint32Array | undefined, out: Uint32Array): void {
  const operand = operator.operands[2];
  if (operand === undefined || initial === undefined) {
    out.fill(0);
    return;
  }
  const row = operator.extents.at(-1)!;
  const [stride] = rowStrides([operand]) as [number];
  forEachRow(operator.extents, [operand], (flat, values) => {
    for (let o = 0; o < row; o++) out[flat + o] = initial[values[0]! + o * stride]!;
  });
}

/** Every element looks through its whole runs. ROUNDS: a store into a Float32Array rounds each sum. */
function addByElement(operator: Scatter, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { operands, extents, axis, k } = operator;
  const [source, index, sums] = [floatsOf(sources[0]!), intsOf(sources[1]!), floatsOf(out)];
  for (let flat = 0; flat < out.length; flat++) {
    const coordinates = coordinatesOf(extents, flat);
    const [atSource, atIndex] = [addressOf(operands[0]!, coordinates), addressOf(operands[1]!, coordinates)];
    for (let p = 0; p < k; p++) {
      if (index[atIndex + p] === coordinates[axis]) sums[flat]! += source[atSource + p]!;
    }
  }
}

/**
 * Where the runs do not depend on the scattered axis, each source word goes straight to the element that its index names.
 * ORDER: p ascends outside every element, so each element takes its words in the order of `addByElement`.
 */
function addBySource(operator: Scatter, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { operands, extents, axis, k } = operator;
  const [source, index, sums] = [floatsOf(sources[0]!), intsOf(sources[1]!), floatsOf(out)];
  const entries = extents[axis]!;
  const stride = productOf(extents.slice(axis + 1));
  const others = extents.map((extent, other) => (other === axis ? 1 : extent));
  const outStrides = extents.map((_, other) => productOf(extents.slice(other + 1)));
  const count = productOf(others);
  for (let other = 0; other < count; other++) {
    const coordinates = coordinatesOf(others, other);
    const [atSource, atIndex] = [addressOf(operands[0]!, coordinates), addressOf(operands[1]!, coordinates)];
    const base = coordinates.reduce((sum, coordinate, position) => sum + coordinate * outStrides[position]!, 0);
    for (let p = 0; p < k; p++) {
      const entry = index[atIndex + p]!;
      if (entry >= 0 && entry < entries) sums[base + entry * stride]! += source[atSource + p]!;
    }
  }
}
