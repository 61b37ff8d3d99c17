import { aux0Of, aux1Of, isF32, operandOffset, operandStrides, outputWords, tensorOf } from "./record";
import { scratch } from "./scratch";
import { addFunction, collapse, innerCoefficient, innerExtent, next, open, value } from "./walker";
import { canonicalise, copyRun, fillRun } from "./words";

/** SPEC: Gather. A row of outputs that share one index is one copy. Naive twin: engine/kernels/reference/gather.ts. */
export function gather(record: usize, operands: usize, out: usize, _context: usize): void {
  const walker = scratch();
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addFunction(walker, operandOffset(record, 1), operandStrides(record, 1));
  collapse(walker, false);
  const rows = aux0Of(record);
  const rowStride = aux1Of(record);
  const table = tensorOf(operands, 0);
  const indices = tensorOf(operands, 1);
  const count = innerExtent(walker);
  const stride = innerCoefficient(walker, 0);
  const indexStride = innerCoefficient(walker, 1);
  const start = out;
  do {
    let address = value(walker, 0);
    let at = value(walker, 1);
    if (indexStride == 0) {
      const row = load<u32>(indices + (at << 2));
      if (row < rows && <i32>row >= 0) copyRun(out, table + ((address + row * rowStride) << 2), stride, count);
      else fillRun(out, 0, count);
      out += (<usize>count) << 2;
    } else {
      for (let i: u32 = 0; i < count; i++, out += 4, address += stride, at += indexStride) {
        const row = load<u32>(indices + (at << 2));
        const found = row < rows && <i32>row >= 0;
        store<u32>(out, found ? load<u32>(table + ((address + row * rowStride) << 2)) : 0);
      }
    }
  } while (next(walker));
  if (isF32(record)) canonicalise(start, outputWords(record));
}
