/** Repeatable chance for tests and demonstrations; never for secrets. */
export interface Prng {
  /** Uniform 32 bits, unsigned. */
  u32(): number;
  /** Uniform integer in [0, bound), bound ≤ 2³². */
  below(bound: number): number;
  /** Uniform in [0, 1). */
  unit(): number;
  /** One of the items, which are not none. */
  pick<T>(items: readonly T[]): T;
}

/** SplitMix32: the sequence depends on the seed (32 bits) only and is the same on every machine. */
export function createPrng(seed: number): Prng {
  let state = seed | 0;
  const u32 = () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  const unit = () => u32() / 2 ** 32;
  const below = (bound: number) => Math.floor(unit() * bound);
  return { u32, unit, below, pick: (items) => items[below(items.length)]! };
}
