import type { Prng } from "../common/index.ts";

/** One of the numbers from 0 whose chances are given. */
export function draw(chances: readonly number[], prng: Prng): number {
  let left = prng.unit();
  for (const [value, chance] of chances.entries()) {
    left -= chance;
    if (left < 0) return value;
  }
  return chances.length - 1;
}

/** A Poisson number, by Knuth's product. */
export function poisson(mean: number, prng: Prng): number {
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = prng.unit(); product > limit; product *= prng.unit()) count++;
  return count;
}
