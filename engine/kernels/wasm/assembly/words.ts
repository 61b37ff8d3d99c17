/** Copies and clean-up of runs of words. */

/** The one NaN of f32 words. */
export const NAN_BITS: u32 = 0x7fc00000;

/** A word as an f32 operator writes it. */
export function canonicalWord(word: u32): u32 {
  return (word & 0x7fffffff) > 0x7f800000 ? NAN_BITS : word;
}

/** Lanes of four vectors that hold a NaN. */
function nansOf(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.or(v128.or(f32x4.ne(a, a), f32x4.ne(b, b)), v128.or(f32x4.ne(c, c), f32x4.ne(d, d)));
}

/** Replaces every NaN among `count` f32 words by the one NaN. NaNs are rare, so sixteen words are looked at together. */
export function canonicalise(at: usize, count: u32): void {
  const whole = at + ((<usize>(count & ~15)) << 2);
  const end = at + ((<usize>count) << 2);
  for (; at < whole; at += 64) {
    const bad = nansOf(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48));
    if (v128.any_true(bad)) canonicaliseVectors(at, at + 64);
  }
  for (; at < end; at += 4) store<u32>(at, canonicalWord(load<u32>(at)));
}

function canonicaliseVectors(at: usize, end: usize): void {
  const nan = i32x4.splat(NAN_BITS);
  for (; at < end; at += 16) {
    const words = v128.load(at);
    v128.store(at, v128.bitselect(nan, words, f32x4.ne(words, words)));
  }
}

/** Writes `count` equal words. */
export function fillRun(to: usize, word: u32, count: u32): void {
  const whole = to + ((<usize>(count & ~3)) << 2);
  const end = to + ((<usize>count) << 2);
  const words = i32x4.splat(word);
  for (; to < whole; to += 16) v128.store(to, words);
  for (; to < end; to += 4) store<u32>(to, word);
}

/** Copies `count` words that lie `stride` words apart to consecutive words. */
export function copyRun(to: usize, from: usize, stride: u32, count: u32): void {
  if (stride == 0) {
    fillRun(to, load<u32>(from), count);
    return;
  }
  const whole = to + ((<usize>(count & ~3)) << 2);
  const end = to + ((<usize>count) << 2);
  const bytes = (<usize>stride) << 2;
  if (stride == 1) {
    for (; to < whole; to += 16, from += 16) v128.store(to, v128.load(from));
  } else {
    const bytes2 = bytes * 2;
    const bytes3 = bytes * 3;
    for (; to < whole; to += 16, from += bytes * 4) {
      const a = load<u32>(from);
      const b = load<u32>(from + bytes);
      const c = load<u32>(from + bytes2);
      const d = load<u32>(from + bytes3);
      store<u32>(to, a);
      store<u32>(to, b, 4);
      store<u32>(to, c, 8);
      store<u32>(to, d, 12);
    }
  }
  for (; to < end; to += 4, from += bytes) store<u32>(to, load<u32>(from));
}

/** Copies `count` words of each of two runs in turns. */
export function interleave(to: usize, a: usize, b: usize, count: u32): void {
  const whole = to + ((<usize>(count & ~3)) << 3);
  const end = to + ((<usize>count) << 3);
  for (; to < whole; to += 32, a += 16, b += 16) {
    const x = v128.load(a);
    const y = v128.load(b);
    v128.store(to, v128.shuffle<i32>(x, y, 0, 4, 1, 5));
    v128.store(to, v128.shuffle<i32>(x, y, 2, 6, 3, 7), 16);
  }
  for (; to < end; to += 8, a += 4, b += 4) {
    store<u32>(to, load<u32>(a));
    store<u32>(to, load<u32>(b), 4);
  }
}

/** Writes `count` equal words `stride` words apart. */
export function fillApart(to: usize, stride: u32, word: u32, count: u32): void {
  const bytes = (<usize>stride) << 2;
  for (let i: u32 = 0; i < count; i++, to += bytes) store<u32>(to, word);
}

/** Copies `count` words that lie `fromStride` words apart to words `toStride` words apart. */
export function copyApart(to: usize, toStride: u32, from: usize, fromStride: u32, count: u32): void {
  if (toStride == 1) {
    copyRun(to, from, fromStride, count);
    return;
  }
  const toBytes = (<usize>toStride) << 2;
  const fromBytes = (<usize>fromStride) << 2;
  for (let i: u32 = 0; i < count; i++, to += toBytes, from += fromBytes) store<u32>(to, load<u32>(from));
}
