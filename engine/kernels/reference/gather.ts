import type { Gather } from "../../program/types.ts";
import { addressOf, coordinatesOf, forEachRow, readWord, rowStrides } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalWord, canonicalise, intsOf } from "./words.ts";

export function gatherElement(operator: Gather, flat: number, read: Read): number {
  const coordinates = coordinatesOf(operator.extents, flat);
  const index = readWord(read, operator.operands, 1, coordinates) | 0;
  if (index < 0 || index >= operator.rows) return 0;
  const address = addressOf(operator.operands[0]!, coordinates) + index * operator.rowStride;
  const word = read(0, address, 1)[0]!;
  return operator.dtype === "f32" ? canonicalWord(word) : word;
}

export function runGather(operator: Gather, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { operands, extents, rows, rowStride } = operator;
  const [table, indices] = [sources[0]!, intsOf(sources[1]!)];
  const [strideTable, strideIndex] = rowStrides(operands) as [number, number];
  const row = extents.at(-1)!;
  forEachRow(extents, operands, (flat, values) => {
    const [atTable, atIndex] = values as [number, number];
    for (let o = 0; o < row; o++) {
      const index = indices[atIndex + o * strideIndex]!;
      out[flat + o] = index >= 0 && index < rows ? table[atTable + o * strideTable + index * rowStride]! : 0;
    }
  });
  if (operator.dtype === "f32") canonicalise(out);
}
