import type { Schedule } from "../../program/types.ts";
import type { KernelContext, Read } from "./kernel.ts";
import { canonicalWord, canonicalise } from "./words.ts";

export function scheduleElement(operator: Schedule, flat: number, read: Read, context: KernelContext): number {
  // ROUNDS: past 2⁵³ the product is inexact, but then it is far past any table's end.
  const address = context.step * operator.extents[0]! + flat;
  if (address >= context.sourceWords) return 0;
  const word = read(0, address, 1)[0]!;
  return operator.dtype === "f32" ? canonicalWord(word) : word;
}

export function runSchedule(
  operator: Schedule,
  sources: readonly Uint32Array[],
  out: Uint32Array,
  context: KernelContext,
): void {
  const [table] = sources as [Uint32Array];
  const width = operator.extents[0]!;
  const start = context.step * width;
  // INVARIANT: the table's words are a multiple of the width, so a row is there whole or not at all.
  if (start < table.length) out.set(table.subarray(start, start + width));
  else out.fill(0);
  if (operator.dtype === "f32") canonicalise(out);
}
