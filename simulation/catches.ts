import { informed, shareOf, type Mechanism, type Mix } from "./mechanism.ts";
import { CRASH_CHANCE, jackpotShare, type Terms } from "./rules.ts";
import { binomial, seatChances } from "./seats.ts";

/** Expected jackpots of one drawn, true segment, by who gets them. */
export interface Catches {
  /** All seats together. */
  readonly seats: number;
  readonly solver: number;
  /** One more accuser. */
  readonly accuser: number;
  /** One more comparer. */
  readonly comparer: number;
  /** Accusations that one comparer makes. */
  readonly compared: number;
  /** All that is paid. */
  readonly paid: number;
}

/** Who else may catch one forced error. */
interface Around {
  /** Informed holders of the segment's other seats, and those of them who were not forced. */
  readonly others: number;
  readonly right: number;
  /** Whether the forced seat's own holder knows the state. */
  readonly own: boolean;
}

/** What one forced error pays. E over a Poisson number A of mean m of 2^−A is e^(−m/2). */
function catchesOf(mechanism: Mechanism, mix: Mix, { others, right, own }: Around): Catches {
  const insider = mechanism.freeRiders ? 1 : 0;
  const ownCatch = insider * (own ? 1 : 0);
  const known = others + insider + ownCatch;
  const visible = mechanism.freeRiders && (!mechanism.attention || right >= 2);
  const comparers = visible ? mix.comparer : 0;
  const crowd = Math.exp(-(mix.accuser + comparers) / 2);
  const joining = jackpotShare(crowd, known + 1);
  const each = jackpotShare(crowd, known);
  return {
    seats: (others + ownCatch) * each,
    solver: insider * each,
    accuser: joining,
    comparer: visible ? joining : 0,
    compared: visible ? 1 : 0,
    paid: known * each + (mix.accuser + comparers) * joining,
  };
}

/**
 * Sums over the seats taken, whether the forced one is informed, how many of the others are informed, and how many of those
 * are not forced. A forced error whose secret is not revealed pays nothing.
 */
export function expectedCatches(terms: Terms, mechanism: Mechanism, mix: Mix, jackpot: number, fed: boolean): Catches {
  const sum = { seats: 0, solver: 0, accuser: 0, comparer: 0, compared: 0, paid: 0 };
  if (!mechanism.forced) return sum;
  const share = shareOf(mix, (verifier) => informed(mechanism, verifier, fed));
  const rate = 1 / terms.forcedOneIn;
  const add = (weight: number, around: Around): void => {
    const one = catchesOf(mechanism, mix, around);
    for (const key of Object.keys(sum) as (keyof Catches)[])
      sum[key] += weight * (key === "compared" ? 1 : jackpot) * one[key];
  };
  for (const [taken, chance] of seatChances(terms, mix.enrolled).entries()) {
    if (taken === 0) continue;
    const forced = chance * taken * rate * (1 - CRASH_CHANCE);
    for (const [others, ofOthers] of binomial(taken - 1, share).entries())
      for (const [right, ofRight] of binomial(others, 1 - rate).entries()) {
        const weight = forced * ofOthers * ofRight;
        add(weight * share, { others, right, own: true });
        add(weight * (1 - share), { others, right, own: false });
      }
  }
  return sum;
}
