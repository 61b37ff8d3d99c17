import type { Words } from "../../../common/index.ts";
import { sampleAt } from "../../order.ts";
import type { SampleDataset, SampleRandom } from "../../program/types.ts";
import { threefry2x32 } from "../../threefry.ts";
import { coordinatesOf } from "./kernel.ts";
import type { KernelContext, Read } from "./kernel.ts";
import { canonicalWord, canonicalise } from "./words.ts";

/** Address in the field of the first word of the sample at row o0, or null if the dataset has no samples. */
function rowStart(operator: SampleDataset, row: number, context: KernelContext): number | null {
  if (context.samples === 0) return null;
  const sample = sampleAt(context, context.batch, operator.basePosition + row, context.samples);
  return sample * context.sourceStride;
}

export function sampleElement(
  operator: SampleDataset | SampleRandom,
  flat: number,
  read: Read,
  context: KernelContext,
): number {
  if (operator.fn === "random") {
    return threefry2x32(context.seed, operator.stream, flat >> 1, context.step)[flat & 1]!;
  }
  const [row, column] = coordinatesOf(operator.extents, flat) as [number, number];
  const start = rowStart(operator, row, context);
  if (start === null || start + column >= context.sourceWords) return 0;
  const word = read(0, start + column, 1)[0]!;
  return operator.dtype === "f32" ? canonicalWord(word) : word;
}

export function runSample(
  operator: SampleDataset | SampleRandom,
  sources: readonly Words[],
  out: Uint32Array,
  context: KernelContext,
): void {
  if (operator.fn === "random") {
    runRandom(operator, out, context);
    return;
  }
  const [positions, length] = operator.extents as [number, number];
  const [field] = sources as [Words];
  for (let row = 0; row < positions; row++) {
    const start = rowStart(operator, row, context);
    const present =
      start === null || start >= field.length ? field.subarray(0, 0) : field.subarray(start, start + length);
    out.set(present, row * length);
    out.fill(0, row * length + present.length, (row + 1) * length);
  }
  if (operator.dtype === "f32") canonicalise(out);
}

function runRandom(operator: SampleRandom, out: Uint32Array, context: KernelContext): void {
  const pair = new Uint32Array(2);
  for (let flat = 0; flat < out.length; flat += 2) {
    threefry2x32(context.seed, operator.stream, flat >> 1, context.step, pair);
    out[flat] = pair[0]!;
    if (flat + 1 < out.length) out[flat + 1] = pair[1]!;
  }
}
