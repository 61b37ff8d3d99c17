import type { Terms } from "./rules.ts";

/** Chances of the false segments of one job. */
export interface Findings {
  /** That at least one of them is found. */
  readonly convicted: number;
  /** Part of the one bounty of the job that a found segment expects which was drawn, and one which was not. */
  readonly drawnPart: number;
  readonly otherPart: number;
}

/** Strata with the same number of false segments. */
interface Group {
  readonly strata: number;
  readonly wrong: number;
}

/** Intervals of Simpson's rule, an even number. */
const INTERVALS = 64;

/** ∫₀¹ f: the mean of 1 / (1 + D), where f is the generating function of D. */
function integral(of: (x: number) => number): number {
  let sum = of(0) + of(1);
  for (let index = 1; index < INTERVALS; index++) sum += (index % 2 === 1 ? 4 : 2) * of(index / INTERVALS);
  return sum / (3 * INTERVALS);
}

/** x^n, for n of 0 also where x is 0, and 0 for n below 0: of a group that has no such member. */
function power(base: number, exponent: number): number {
  return exponent < 0 ? 0 : base ** exponent;
}

/**
 * What is found of a job whose false segments are spread evenly over its strata, one segment of each of which is drawn. Found
 * ones are independent of each other. @param drawnFound chance for a drawn one @param otherFound chance for another
 */
export function findings(terms: Terms, skipped: number, drawnFound: number, otherFound: number): Findings {
  if (skipped === 0) return { convicted: 0, drawnPart: 1, otherPart: 1 };
  const { segments, draws } = terms;
  const size = segments / draws;
  const fuller = skipped % draws;
  const groups: Group[] = [
    { strata: fuller, wrong: Math.floor(skipped / draws) + 1 },
    { strata: draws - fuller, wrong: Math.floor(skipped / draws) },
  ].filter(({ strata }) => strata > 0);
  const drawn = (x: number) => 1 - drawnFound + drawnFound * x;
  const other = (x: number) => 1 - otherFound + otherFound * x;
  /** Generating function of those that are found in one stratum. */
  const stratum = ({ wrong }: Group, x: number): number => {
    const part = wrong / size;
    return part * drawn(x) * power(other(x), wrong - 1) + (1 - part) * power(other(x), wrong);
  };
  /** The same of all strata, but one of a group. */
  const all = (x: number, without?: Group): number =>
    groups.reduce((product, group) => product * stratum(group, x) ** (group.strata - (group === without ? 1 : 0)), 1);
  let [drawnSum, drawnWeight, otherSum, otherWeight] = [0, 0, 0, 0];
  for (const group of groups) {
    const { strata, wrong } = group;
    const part = wrong / size;
    drawnSum += strata * part * integral((x) => all(x, group) * power(other(x), wrong - 1));
    drawnWeight += strata * part;
    const beside = (x: number): number =>
      part * (wrong - 1) * drawn(x) * power(other(x), wrong - 2) + (1 - part) * wrong * power(other(x), wrong - 1);
    otherSum += strata * integral((x) => all(x, group) * beside(x));
    otherWeight += strata * (wrong - part);
  }
  return {
    convicted: 1 - all(0),
    drawnPart: drawnSum / drawnWeight,
    otherPart: otherWeight > 0 ? otherSum / otherWeight : 0,
  };
}
