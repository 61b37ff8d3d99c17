import {
  aux0Of,
  batchOf,
  extentOf,
  fieldStride,
  fnOf,
  isF32,
  isShuffled,
  outputWords,
  samplesOf,
  seedOf,
  stepOf,
  tensorOf,
  tensorWords,
} from "./record";
import { scratch } from "./scratch";
import { threefry, threefryLanes, threefrySecondLanes } from "./threefry";
import { canonicalise, copyRun, fillRun } from "./words";

const ROUNDS: u32 = 48;
const PIVOT: u32 = 0xffffffff;

/** Writes the pivots of an epoch's 48 rounds to the scratch. */
function writePivots(samples: u32, seed: u32, epoch: u32): void {
  for (let r: u32 = 0; r < ROUNDS; r++) store<u32>(scratch() + (r << 2), threefry(seed, epoch, r, PIVOT) % samples);
}

/** Where the shuffle of the epoch whose pivots lie in the scratch takes `rank`. */
function permute(rank: u32, samples: u32, seed: u32, epoch: u32): u32 {
  let x = rank;
  for (let r: u32 = 0; r < ROUNDS; r++) {
    const pivot = load<u32>(scratch() + (r << 2));
    const y = <u32>((<u64>pivot + samples - x) % samples);
    if (threefry(seed, epoch, r, max<u32>(x, y)) & 1) x = y;
  }
  return x;
}

/** Words of one sample a position; past the field's words zero words. Naive twin: engine/order.ts. */
function sampleDataset(record: usize, operands: usize, out: usize, context: usize): void {
  const positions = extentOf(record, 0);
  const length = extentOf(record, 1);
  const samples = samplesOf(context);
  const seed = seedOf(context);
  const words = <u64>tensorWords(operands, 0);
  const first = <u64>stepOf(context) * batchOf(context) + aux0Of(record);
  let pivotsOf: i64 = -1;
  for (let i: u32 = 0; i < positions; i++) {
    let start = words;
    if (samples > 0) {
      const position = first + i;
      const epoch = position / samples;
      let sample = <u32>(position % samples);
      if (isShuffled(context)) {
        if (pivotsOf != <i64>epoch) writePivots(samples, seed, <u32>epoch);
        pivotsOf = <i64>epoch;
        sample = permute(sample, samples, seed, <u32>epoch);
      }
      start = <u64>sample * fieldStride(operands, 0);
    }
    const held = start < words ? <u32>min<u64>(words - start, length) : 0;
    copyRun(out, tensorOf(operands, 0) + ((<usize>start) << 2), 1, held);
    fillRun(out + ((<usize>held) << 2), 0, length - held);
    if (isF32(record)) canonicalise(out, held);
    out += (<usize>length) << 2;
  }
}

/** Random bits, eight words a turn; the tail goes into the tensor's padding. */
function sampleRandom(record: usize, out: usize, context: usize): void {
  const seed = seedOf(context);
  const step = stepOf(context);
  const stream = aux0Of(record);
  const end = out + ((<usize>outputWords(record)) << 2);
  let counters = i32x4(0, 1, 2, 3);
  for (; out < end; out += 32) {
    const first = threefryLanes(seed, stream, counters, step);
    const second = threefrySecondLanes();
    v128.store(out, v128.shuffle<i32>(first, second, 0, 4, 1, 5));
    v128.store(out, v128.shuffle<i32>(first, second, 2, 6, 3, 7), 16);
    counters = i32x4.add(counters, i32x4.splat(4));
  }
}

/** SPEC: Sample. Naive twin: engine/kernels/reference/sample.ts. */
export function sample(record: usize, operands: usize, out: usize, context: usize): void {
  if (fnOf(record) == 0) sampleDataset(record, operands, out, context);
  else sampleRandom(record, out, context);
}
