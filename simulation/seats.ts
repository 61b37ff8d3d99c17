import type { Terms } from "./rules.ts";

/** Chance of each number of successes in so many independent trials. */
export function binomial(trials: number, chance: number): number[] {
  if (chance >= 1) return [...Array<number>(trials).fill(0), 1];
  const chances = [(1 - chance) ** trials];
  for (let k = 0; k < trials; k++) chances.push((chances[k]! * ((trials - k) / (k + 1)) * chance) / (1 - chance));
  return chances;
}

/**
 * Chance of each number of seats taken on a drawn segment: every verifier has one with probability attestors / enrolled
 * (equal weights), and whoever comes when all are taken has none.
 */
export function seatChances({ attestors }: Terms, enrolled: number): number[] {
  const most = 2 * attestors;
  if (enrolled <= attestors) return [...Array<number>(enrolled).fill(0), 1];
  const chance = attestors / enrolled;
  // The same recursion as `binomial`, to the most only: there are thousands of verifiers.
  const chances = [(1 - chance) ** enrolled];
  for (let k = 0; k < Math.min(most, enrolled); k++)
    chances.push((chances[k]! * ((enrolled - k) / (k + 1)) * chance) / (1 - chance));
  const total = chances.reduce((sum, each) => sum + each, 0);
  chances[chances.length - 1]! += Math.max(0, 1 - total);
  return chances;
}

/** Mean of a number whose chances are given. */
export function meanOf(chances: readonly number[]): number {
  return chances.reduce((sum, chance, value) => sum + chance * value, 0);
}
