import type { VerifierConfig } from "../daemon/index.ts";
import type { Terms } from "../protocol/index.ts";

/** What a verifier looks at before he spends time on a job, or money on its games. */
export type Policy = Pick<VerifierConfig, "minExtension" | "maxBond" | "maxSegmentUnits">;

/**
 * Why a job is left alone, neither replayed nor attested nor disputed, in one sentence; undefined when it is not. Pure.
 * SAFETY: terms are the submitter's, and he and the solver may be one: a clock that no challenger can keep and a compensation
 * as large as what a challenger owns turn a lie into a trap for whoever disputes it.
 * @param bond of a game on the job. UNITS: the token's smallest
 */
export function refusalOf({ extension }: Pick<Terms, "extension">, bond: bigint, policy: Policy): string | undefined {
  if (extension < policy.minExtension)
    return `It leaves ${extension} seconds for a move, fewer than ${policy.minExtension}.`;
  if (bond > policy.maxBond) return `A game on it takes a bond of ${bond}, more than ${policy.maxBond}.`;
  return undefined;
}

/**
 * Why a job's segments are not replayed: whoever pays little for a long replay stops a verifier for as long. Pure.
 * @param unitsPerStep of the program itself: what the terms declare is the submitter's word
 */
export function tooLong(
  { steps, interval }: Pick<Terms, "steps" | "interval">,
  unitsPerStep: bigint,
  { maxSegmentUnits }: Policy,
): string | undefined {
  const units = unitsPerStep * BigInt(Math.min(steps, interval));
  return units > maxSegmentUnits ? `A segment takes ${units} work units, more than ${maxSegmentUnits}.` : undefined;
}

/** Replays of a segment that must fit into the least time for a move: the move's own, and one more for a busy machine. */
const replaysPerMove = 2;

/** Why a claim that differs is not disputed: this machine is too slow for the job's games. UNITS: ms of one replay. Pure. */
export function tooSlow({ extension }: Pick<Terms, "extension">, replayMs: number): string | undefined {
  const move = (replaysPerMove * replayMs) / 1000;
  return move > extension ? `A move in a game may take ${Math.ceil(move)} of its ${extension} seconds.` : undefined;
}
