import { aux0Of, extentOf, kOf, operandCount, operandOffset, operandStrides, outputWords, tensorOf } from "./record";
import { scratch } from "./scratch";
import { WALKER_BYTES, addFunction, addOutput, collapse, innerCoefficient } from "./walker";
import { innerExtent, next, open, read, setExtent, value } from "./walker";
import { canonicalise, fillRun } from "./words";

/** The start value of every output word. */
function writeInit(record: usize, operands: usize, out: usize): void {
  const words = outputWords(record);
  if (operandCount(record) < 3) {
    fillRun(out, 0, words);
    return;
  }
  const walker = scratch();
  open(walker, record);
  addFunction(walker, operandOffset(record, 2), operandStrides(record, 2));
  collapse(walker, false);
  read(walker, tensorOf(operands, 2), out, words);
}

/** Adds each source word of a run to the output that its index names. ORDER: ascending, as each output word sees it. */
function addRun(source: usize, index: usize, count: u32, out: usize, stride: u32, entries: u32): void {
  for (let p: u32 = 0; p < count; p++) {
    const at = load<u32>(index + (p << 2));
    if (at >= entries) continue;
    const to = out + ((at * stride) << 2);
    store<f32>(to, load<f32>(to) + load<f32>(source + (p << 2)));
  }
}

/** Adds to one output word the source words of a run whose index is `at`. */
function addMatching(source: usize, index: usize, count: u32, out: usize, at: u32): void {
  let acc = load<f32>(out);
  for (let p: u32 = 0; p < count; p++) {
    if (load<u32>(index + (p << 2)) == at) acc += load<f32>(source + (p << 2));
  }
  store<f32>(out, acc);
}

/** Both runs are the same for every coordinate on the axis: one pass over them serves all of it. */
function runsShared(record: usize, axis: u32): bool {
  if (extentOf(record, axis) == 1) return true;
  return (
    load<u32>(operandStrides(record, 0) + (axis << 2)) == 0 && load<u32>(operandStrides(record, 1) + (axis << 2)) == 0
  );
}

/** SPEC: Scatter. Naive twin: engine/kernels/reference/scatter.ts. */
export function scatter(record: usize, operands: usize, out: usize, _context: usize): void {
  writeInit(record, operands, out);
  const axis = aux0Of(record);
  const entries = extentOf(record, axis);
  const shared = runsShared(record, axis);
  let axisStride = outputWords(record);
  for (let outer: u32 = 0; outer <= axis; outer++) axisStride /= extentOf(record, outer);

  const walker = scratch() + WALKER_BYTES;
  open(walker, record);
  addFunction(walker, operandOffset(record, 0), operandStrides(record, 0));
  addFunction(walker, operandOffset(record, 1), operandStrides(record, 1));
  addOutput(walker);
  if (shared) setExtent(walker, axis, 1);
  collapse(walker, false);
  const count = innerExtent(walker);
  do {
    let source = tensorOf(operands, 0) + (value(walker, 0) << 2);
    let index = tensorOf(operands, 1) + (value(walker, 1) << 2);
    let at = value(walker, 2);
    for (let i: u32 = 0; i < count; i++) {
      if (shared) addRun(source, index, kOf(record), out + (at << 2), axisStride, entries);
      else addMatching(source, index, kOf(record), out + (at << 2), (at / axisStride) % entries);
      source += innerCoefficient(walker, 0) << 2;
      index += innerCoefficient(walker, 1) << 2;
      at += innerCoefficient(walker, 2);
    }
  } while (next(walker));
  canonicalise(out, outputWords(record));
}
