import type { Catches } from "./catches.ts";
import { informed, replays, shareOf, type Mechanism, type Mix, type VerifierStrategy } from "./mechanism.ts";
import type { Odds } from "./odds.ts";
import { CRASH_CHANCE, verifierStakeOf, type Terms } from "./rules.ts";

/** What a seat of one kind of job is judged in. */
export interface SeatScene {
  readonly terms: Terms;
  readonly mechanism: Mechanism;
  readonly mix: Mix;
  /** Seats taken on a drawn segment, on average. */
  readonly seats: number;
  readonly odds: Odds;
  readonly catches: Catches;
}

/** What one seat expects: money, segments to replay, and the part of the money that is fee. */
export interface SeatPayoff {
  readonly gain: number;
  readonly work: number;
  readonly fee: number;
}

/** Of an attestation that earns the fee with one chance and loses the stake with another, if it is revealed at all. */
function judged(terms: Terms, paid: number, slashed: number): number {
  const stake = verifierStakeOf(terms);
  return (1 - CRASH_CHANCE) * (paid * terms.attestationFee - slashed * stake) - CRASH_CHANCE * stake;
}

/** What a seat on a drawn segment expects, which is false as often as the job's segments are. */
export function seatPayoff(scene: SeatScene, strategy: VerifierStrategy): SeatPayoff {
  const { terms, mechanism, mix, seats, odds, catches } = scene;
  const { fed, falseShare } = odds;
  const replaying = replays(mechanism, strategy, fed);
  const knows = informed(mechanism, strategy, fed);
  // Who knows nothing guesses a state. A guess is never right; it is what a forced seat has to attest.
  const accepted = knows ? 1 : mechanism.forced ? 1 / terms.forcedOneIn : 0;
  const informedShare = shareOf(mix, (verifier) => informed(mechanism, verifier, fed));
  const caught = knows && informedShare > 0 ? catches.seats / (seats * informedShare) : 0;
  const whenTrue = judged(terms, accepted, 1 - accepted) + caught;
  // Who replays a false segment attests that it fails. Who does not is paid if nobody else does.
  const passes = replaying ? 0 : accepted * (1 - odds.drawnFoundBeside);
  const bounty = replaying ? (odds.bountyOfDrawn * odds.foundBySeat) / odds.replayingSeats : 0;
  const whenFalse = judged(terms, passes, replaying ? 0 : 1 - accepted) + bounty;
  const paid = (1 - falseShare) * accepted + falseShare * passes;
  return {
    gain: (1 - falseShare) * whenTrue + falseShare * whenFalse,
    work: replaying ? 1 : 0,
    fee: (1 - CRASH_CHANCE) * paid * terms.attestationFee,
  };
}
