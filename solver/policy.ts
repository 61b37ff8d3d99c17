import type { SolverConfig } from "../daemon/index.ts";
import type { Terms } from "../protocol/index.ts";

/** What a solver looks at before he fetches anything. */
export type Policy = Pick<
  SolverConfig,
  "minUnitPrice" | "maxStake" | "maxWorkUnits" | "minExtension" | "minGasCap" | "minGasRate"
>;

/**
 * Why the terms are not worth the work, in one sentence; undefined when they are. Pure.
 * UNITS: `now` in seconds since the epoch.
 */
export function refusalOf(terms: Terms, policy: Policy, now: bigint): string | undefined {
  if (terms.unitPrice < policy.minUnitPrice)
    return `It pays ${terms.unitPrice} a work unit, less than ${policy.minUnitPrice}.`;
  if (terms.stake > policy.maxStake) return `It locks ${terms.stake}, more than ${policy.maxStake}.`;
  if (terms.workUnits > policy.maxWorkUnits)
    return `It has ${terms.workUnits} work units, more than ${policy.maxWorkUnits}.`;
  // SAFETY: whoever lets a clock run out loses his stake, so a clock that cannot be kept is a trap.
  if (terms.extension < policy.minExtension)
    return `It leaves ${terms.extension} seconds for a move, fewer than ${policy.minExtension}.`;
  // SAFETY: what a game costs its defender beyond these is his loss, game after game, at little cost to who opens them.
  if (terms.gasCap < policy.minGasCap) return `It repays ${terms.gasCap} gas of a game, less than ${policy.minGasCap}.`;
  if (terms.gasRate < policy.minGasRate) return `It pays ${terms.gasRate} for gas, less than ${policy.minGasRate}.`;
  if (terms.gasRate === 0n && terms.replayCompensation === 0n) return "Anyone may challenge it for nothing.";
  if (now > terms.acceptBy) return "The time to accept it is over.";
  return undefined;
}

/** Share of the job's time that training may fill: the rest is for restarts, disputes and slow blocks. */
const longestShare = 0.8;

/** Replays of a segment that must fit into the least time for a move: the move's own, and one more for a busy machine. */
const replaysPerMove = 2;

/** Why a measured step is too slow for the job's time or for its games; undefined when it is not. UNITS: ms a step. Pure. */
export function tooSlow(
  { steps, duration, interval, extension }: Pick<Terms, "steps" | "duration" | "interval" | "extension">,
  stepMs: number,
): string | undefined {
  const seconds = (stepMs * steps) / 1000;
  if (seconds > duration * longestShare) return `It would train for ${Math.ceil(seconds)} of its ${duration} seconds.`;
  const move = (replaysPerMove * stepMs * interval) / 1000;
  if (move > extension) return `A move in a game may take ${Math.ceil(move)} of its ${extension} seconds.`;
  return undefined;
}
