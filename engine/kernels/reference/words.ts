/** Words as f32 and i32 values. SPEC: spec/numerics.md. */

/** The one f32 NaN. */
export const canonicalNaN = 0x7fc00000;

const scratchWord = new Uint32Array(1);
const scratchFloat = new Float32Array(scratchWord.buffer);

/** The f32 value of a word. */
export function floatOf(word: number): number {
  scratchWord[0] = word;
  return scratchFloat[0]!;
}

/** The canonical word of an f32 value: unsigned, one NaN. */
export function wordOf(value: number): number {
  if (value !== value) return canonicalNaN;
  scratchFloat[0] = value;
  return scratchWord[0]!;
}

/** A word as an f32 operator reads and writes it: every NaN becomes the one NaN, all else stays. */
export function canonicalWord(word: number): number {
  return (word & 0x7fffffff) > 0x7f800000 ? canonicalNaN : word;
}

/** Canonicalises f32 words in place. SAFETY: works on integers, since JavaScript may change a NaN's bits on its way through numbers. */
export function canonicalise(words: Uint32Array): void {
  for (let index = 0; index < words.length; index++) {
    if ((words[index]! & 0x7fffffff) > 0x7f800000) words[index] = canonicalNaN;
  }
}

/** The same words seen as f32 values. */
export function floatsOf(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}

/** The same words seen as signed integers. */
export function intsOf(words: Uint32Array): Int32Array {
  return new Int32Array(words.buffer, words.byteOffset, words.length);
}
