import type { Prng } from "../../../common/index.ts";

/** Words at which binary32 arithmetic goes wrong first. */

const signs = [0, 0x80000000];
const magnitudes = [
  0, 1, 2, 3, 0x003fffff, 0x00400000, 0x007ffffe, 0x007fffff, 0x00800000, 0x00800001, 0x00ffffff, 0x01000000,
  0x0c800000, 0x33800000, 0x34000000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x3fffffff,
  0x40000000, 0x4affffff, 0x4b000000, 0x4b000001, 0x4b7fffff, 0x4b800000, 0x4effffff, 0x4f000000, 0x4f7fffff,
  0x7effffff, 0x7f000000, 0x7f7ffffe, 0x7f7fffff, 0x7f800000, 0x7f800001, 0x7fbfffff, 0x7fc00000, 0x7fffffff,
];

/** Zeros, ends of the subnormals and normals, powers of two and their neighbours, infinities, NaNs of several payloads. */
export const specials: readonly number[] = signs.flatMap((sign) => magnitudes.map((word) => (word | sign) >>> 0));

type Pair = readonly [number, number];

function bits(random: Prng): number {
  return random.u32();
}

/** A finite number with a biased exponent of lo … hi. */
function withExponent(random: Prng, lo: number, hi: number): number {
  const exponent = Math.max(0, Math.min(254, lo + random.below(hi - lo + 1)));
  return ((random.u32() & 0x807fffff) | (exponent << 23)) >>> 0;
}

function exponentOf(word: number): number {
  return (word >>> 23) & 0xff;
}

/** Few significant bits: sums and products of such numbers are exact or exact ties. */
function coarse(random: Prng, significant: number): number {
  const fraction = (random.u32() << (24 - significant)) & 0x007fffff;
  return ((random.u32() & 0x80000000) | ((60 + random.below(130)) << 23) | fraction) >>> 0;
}

/** Pairs of words by name; each generator aims at one way to round, cancel, overflow or vanish. */
export const generators: Readonly<Record<string, (random: Prng) => Pair>> = {
  "random bits": (random) => [bits(random), bits(random)],
  "alignments of 0 to 30": (random) => {
    const a = withExponent(random, 31, 254);
    const exponent = exponentOf(a) - random.below(31);
    return [a, withExponent(random, exponent, exponent)];
  },
  cancellation: (random) => {
    const a = withExponent(random, 0, 254);
    return [a, ((a ^ 0x80000000) + random.below(9) - 4) >>> 0];
  },
  "ties of a sum": (random) => {
    const a = withExponent(random, 30, 254);
    const sign = random.u32() & 0x80000000;
    return [a, (sign | ((exponentOf(a) - 24) << 23)) >>> 0];
  },
  "ties of a product": (random) => [coarse(random, 13), coarse(random, 13)],
  "coarse numbers": (random) => [coarse(random, 6), coarse(random, 6)],
  "products near underflow": (random) => {
    const a = withExponent(random, 0, 150);
    const exponent = 127 - exponentOf(a) - 24 + random.below(28);
    return [a, withExponent(random, exponent, exponent)];
  },
  "products near overflow": (random) => {
    const a = withExponent(random, 120, 254);
    const exponent = 380 - exponentOf(a) + random.below(3);
    return [a, withExponent(random, exponent, exponent)];
  },
  "quotients near the ends": (random) => {
    const a = withExponent(random, 0, 254);
    const exponent =
      random.below(2) === 0 ? exponentOf(a) + 100 + random.below(30) : exponentOf(a) - 125 - random.below(4);
    return [a, withExponent(random, exponent, exponent)];
  },
  subnormals: (random) =>
    [random.u32() & 0x807fffff, random.u32() & 0x80ffffff].map((word) => word >>> 0) as [number, number],
  "equal or nearly": (random) => {
    const a = bits(random);
    return [a, (a + random.below(5) - 2) >>> 0];
  },
  specials: (random) => [random.pick(specials), random.pick(specials)],
};

/** `count` pairs of every generator, and every pair of specials. */
export function nastyPairs(random: Prng, count: number): { a: Uint32Array; b: Uint32Array } {
  const pairs = Object.values(generators).flatMap((generate) => Array.from({ length: count }, () => generate(random)));
  for (const x of specials) for (const y of specials) pairs.push([x, y]);
  return { a: Uint32Array.from(pairs, ([x]) => x), b: Uint32Array.from(pairs, ([, y]) => y) };
}

/** Words around a function's interesting arguments: uniform in value over ±bound, random bits, specials. */
export function argumentsWithin(random: Prng, bound: number, count: number): Uint32Array {
  const words = new Uint32Array(count);
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i < count; i++) {
    if (i % 4 === 3) words[i] = i % 8 === 3 ? random.u32() : random.pick(specials);
    else floats[i] = (random.unit() * 2 - 1) * bound;
  }
  return words;
}
