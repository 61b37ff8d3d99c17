import { extentOf, isF32, stepOf, tensorOf, tensorWords } from "./record";
import { canonicalise, copyRun, fillRun } from "./words";

/** SPEC: Schedule. Naive twin: engine/kernels/reference/schedule.ts. */
export function schedule(record: usize, operands: usize, out: usize, context: usize): void {
  const width = extentOf(record, 0);
  const words = <u64>tensorWords(operands, 0);
  const start = <u64>stepOf(context) * width;
  const held = start < words ? <u32>min<u64>(words - start, width) : 0;
  copyRun(out, tensorOf(operands, 0) + ((<usize>start) << 2), 1, held);
  fillRun(out + ((<usize>held) << 2), 0, width - held);
  if (isF32(record)) canonicalise(out, held);
}
