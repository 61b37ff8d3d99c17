/** What a run is played under; everything else is as the shipped terms say. */
export interface Setting {
  /** Part of the enrolled stake that is honest; the rest is the attacker's, whether he uses it or not. */
  readonly honestShare: number;
  /** Seats that a drawn segment has on average. */
  readonly attestors: number;
  /** Segments drawn. */
  readonly draws: number;
  /** Steps between two states committed in a segment. */
  readonly grid: number;
}

/** Of eight segments half are drawn, with three seats each on average. */
export const usualSetting: Setting = { honestShare: 0.5, attestors: 3, draws: 4, grid: 2 };

/** How the job is cut. UNITS: steps. */
export const cut = { steps: 64, interval: 8, seed: 7, order: "shuffled" } as const;
export const segments = cut.steps / cut.interval;

/**
 * What a party pays to execute a segment, trained or replayed. UNITS: the token's smallest, as all amounts here; a unit of gas is
 * worth one.
 *
 * ASSUMES: a segment costs its solver all that it is paid, which the deterrence inequality counts with: the most that skipping
 * work can save.
 */
export const segmentCost = 100_000_000n;
export const gasRate = 1n;

/** What the whole job pays, and what a false result is worth to a cheater: the least that the terms allow. */
export const price = segmentCost * BigInt(segments);
export const valueAtRisk = price;

/** Honest verifiers, and accounts over which the attacker's share of the enrolled stake is spread evenly. */
export const honestVerifiers = 4;
export const friends = 4;

/** What all verifiers together have enrolled. */
export const enrolledTotal = 800n * segmentCost;
