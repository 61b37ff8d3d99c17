import type { Dot } from "../../program/types.ts";
import { addressOf, coordinatesOf, forEachRow, readWord, rowStrides } from "./kernel.ts";
import type { Read } from "./kernel.ts";
import { canonicalNaN, floatOf, floatsOf, wordOf } from "./words.ts";

/** Products summed before a block's sum joins the total. */
const block = 256;
const f = Math.fround;

/** One block from +0. ORDER: ascending k. */
function blockSum(a: Float32Array, b: Float32Array, atA: number, atB: number, words: number): number {
  let acc = 0;
  for (let k = 0; k < words; k++) acc = f(acc + f(a[atA + k]! * b[atB + k]!));
  return acc;
}

/** All blocks in order. Without init the total starts as the first block's sum. */
function dot(a: Float32Array, b: Float32Array, atA: number, atB: number, k: number, init?: number): number {
  let total = init ?? blockSum(a, b, atA, atB, Math.min(block, k));
  for (let start = init === undefined ? block : 0; start < k; start += block) {
    total = f(total + blockSum(a, b, atA + start, atB + start, Math.min(block, k - start)));
  }
  return total;
}

export function dotElement(operator: Dot, flat: number, read: Read): number {
  const coordinates = coordinatesOf(operator.extents, flat);
  const run = (operand: number) =>
    floatsOf(read(operand, addressOf(operator.operands[operand]!, coordinates), operator.k));
  const [a, b] = [run(0), run(1)];
  const init = operator.operands.length === 3 ? floatOf(readWord(read, operator.operands, 2, coordinates)) : undefined;
  return wordOf(dot(a, b, 0, 0, operator.k, init));
}

export function runDot(operator: Dot, sources: readonly Uint32Array[], out: Uint32Array): void {
  const { operands, extents, k } = operator;
  const [a, b, initial] = sources.map(floatsOf) as [Float32Array, Float32Array, Float32Array | undefined];
  const [strideA, strideB, strideInit] = rowStrides(operands) as [number, number, number];
  const results = floatsOf(out);
  const row = extents.at(-1)!;
  forEachRow(extents, operands, (flat, values) => {
    const [startA, startB, startInit] = values as [number, number, number];
    for (let o = 0; o < row; o++) {
      const init = initial?.[startInit + o * strideInit];
      const total = dot(a, b, startA + o * strideA, startB + o * strideB, k, init);
      if (total !== total) out[flat + o] = canonicalNaN;
      else results[flat + o] = total;
    }
  });
}
