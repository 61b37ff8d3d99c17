import type { Prng } from "../../../common/index.ts";
import type { Dtype } from "../../program/types.ts";

/** Words at which implementations differ: NaNs of all payloads, zeros, subnormals, infinities, extremes, borders of the functions. */
export const borderWords: Readonly<Record<Dtype, readonly number[]>> = {
  f32: [
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff,
    0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00000, 0x7f800001, 0xff800001, 0x7fffffff, 0xffffffff,
    0x3f800000, 0xbf800000, 0x3f000000, 0xbf000000, 0x3fc00000, 0x40200000, 0xc0200000, 0x4b000000, 0x4b000001,
    0xcb000001, 0x4effffff, 0x4f000000, 0xcf000000, 0xcf000001, 0x42b20000, 0xc2d00000, 0x3f200000, 0x3f1fffff,
    0x3f6d8000, 0x3f6d8001, 0x40800000, 0x3f3504f3, 0x3f3504f2,
  ],
  i32: [0, 1, 2, 31, 32, 33, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff, 0xfffffffe, 0x01000001],
};

const float = new Float32Array(1);
const floatBits = new Uint32Array(float.buffer);

function bitsOf(value: number): number {
  float[0] = value;
  return floatBits[0]!;
}

/**
 * Random words of a dtype. Half of the f32 tensors hold ordinary numbers only, so that long sums do not always end in NaN;
 * the others are sprinkled with `borderWords` and with random bits.
 */
export function nastyWords(random: Prng, dtype: Dtype, count: number): Uint32Array {
  const words = new Uint32Array(count);
  const share = random.pick([0, 0, 3, 40]);
  // Scale 0 gives zeros of both signs, or only −0 where there are negative numbers only.
  const scale = random.pick([1, 1, 10, 0, 1e-38, 1e30]);
  const positive = random.pick([1, 1, 1, 0]);
  for (let index = 0; index < count; index++) {
    const nasty = share > 0 && random.below(share) === 0;
    if (dtype === "i32") {
      words[index] = nasty ? random.pick(borderWords.i32) : random.pick([random.u32(), random.below(100)]);
    } else if (nasty) {
      words[index] = random.below(2) === 0 ? random.pick(borderWords.f32) : random.u32();
    } else {
      words[index] = bitsOf((random.unit() * positive - random.unit()) * scale);
    }
  }
  return words;
}
