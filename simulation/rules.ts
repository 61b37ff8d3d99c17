/**
 * The rules that are simulated: the terms of a job, what it must lock, and what a jackpot may be.
 * UNITS: amounts are multiples of what replaying one segment costs at the reference cost, which is 1.
 */
export interface Terms {
  /** Segments of a job. ASSUMES: a multiple of `draws`. */
  readonly segments: number;
  /** What the solver of a settled job gets; more than training costs, which is 1 a segment. */
  readonly price: number;
  /** What a false result that is never found is worth to who gave it; at least the price. */
  readonly valueAtRisk: number;
  /** Segments drawn for verification, one in each of as many equal strata. */
  readonly draws: number;
  /** Seats that a drawn segment has on average; at most twice as many are taken. */
  readonly attestors: number;
  /** Fee of a seat. Also the bond of an accuser. */
  readonly attestationFee: number;
  /** What a settled job pays into the jackpot pool. */
  readonly jackpotFee: number;
  /** A seat of so many is told by its secret to attest wrongly. */
  readonly forcedOneIn: number;
  /** Fixed sum, of the stake of a convicted solver, for who convicts him. */
  readonly bounty: number;
}

/** Part of the draws that finds a false segment, as the bounds on stakes count it. */
export const HONEST_SHARE = 0.5;

/** What is recommended, but for forced errors, which are priced so that the mechanisms that have them can be compared. */
export const USUAL_TERMS: Terms = {
  segments: 100,
  price: 150,
  valueAtRisk: 150,
  draws: 5,
  attestors: 2,
  attestationFee: 1.25,
  jackpotFee: 7.5,
  forcedOneIn: 32,
  bounty: 150,
};

/** Cost of the capital that a job locks from acceptance to settlement, as a part of it: a tenth a year, for a week. */
export const CAPITAL_RATE = 0.002;

/** What a participant who is in pays a round, working or not. */
export const STANDING_COST = 0.1;

/** What an accusation costs beside its bond. */
export const ACCUSATION_COST = 0.02;

/** Chance that a seat's holder does not reveal what he sealed, whatever his intention. */
export const CRASH_CHANCE = 0.0005;

/**
 * Least stake of a solver: neither one false segment nor a false job pays, and the bounty, which an accomplice may win back,
 * is not counted. SPEC: the inequality of deterrence.
 */
export function minimumStake(terms: Terms): number {
  const { segments: n, valueAtRisk, price, draws, bounty } = terms;
  const found = draws * HONEST_SHARE;
  const one = (n * (1 + valueAtRisk)) / found + 1 - price;
  const all = (n + valueAtRisk) / found + n - price;
  return Math.max(one, all, 0) + bounty;
}

/**
 * Least stake of a seat whose holder is tested with this chance: a lazy one loses by it, and all seats of a job together
 * cannot be bought for less than the value at risk.
 */
export function minimumVerifierStake({ valueAtRisk, draws, attestors }: Terms, tested: number): number {
  return Math.max(1 / tested, valueAtRisk / (tested * draws * attestors));
}

/** The stake behind a seat: with the attention check every attestation of an honest solver's job is tested. */
export function verifierStakeOf(terms: Terms): number {
  return minimumVerifierStake(terms, 1);
}

/** The jackpot of a forced error, before it is divided. */
export function jackpotOf({ jackpotFee, draws, forcedOneIn }: Terms, pool: number): number {
  return Math.min(pool / 3, (jackpotFee * forcedOneIn) / (2 * draws));
}

/** What each of so many catchers of one forced error gets. */
export function jackpotShare(jackpot: number, catchers: number): number {
  return jackpot / 2 ** (catchers - 1);
}
