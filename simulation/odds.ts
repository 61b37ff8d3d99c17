import { replays, shareOf, skippedSegments, type Mechanism, type Mix, type SolverStrategy } from "./mechanism.ts";
import { CRASH_CHANCE, type Terms } from "./rules.ts";
import { meanOf, seatChances } from "./seats.ts";
import { findings } from "./strata.ts";

/** What becomes of a job's false segments. */
export interface Odds {
  /** Whether the solver hands out the drawn states. */
  readonly fed: boolean;
  /** Part of the segments that is false. */
  readonly falseShare: number;
  /** Chance that a drawn false segment is found. */
  readonly drawnFound: number;
  /** The same, given that one of its seats finds nothing. */
  readonly drawnFoundBeside: number;
  /** Chance that one of its seats finds it. */
  readonly foundBySeat: number;
  /** Seats that replay a drawn false segment, on average. */
  readonly replayingSeats: number;
  /** Chance that the job is convicted. */
  readonly convicted: number;
  /** Expected bounty of a drawn segment that is found, and of another: a job has one bounty, for one of those found. */
  readonly bountyOfDrawn: number;
  readonly bountyOfOther: number;
}

/** Parts below this are taken for it, so that the first who replays has a price. */
const FIRST = 1e-9;

/** The odds of a job whose solver has this strategy. */
export function jobOdds(terms: Terms, mechanism: Mechanism, mix: Mix, strategy: SolverStrategy): Odds {
  const fed = strategy !== "honest" && mechanism.feeding;
  const skipped = skippedSegments(terms, strategy);
  const replaying = shareOf(mix, (verifier) => replays(mechanism, verifier, fed));
  const share = Math.max(FIRST, replaying);
  const misses = 1 - share * (1 - CRASH_CHANCE);
  const chances = seatChances(terms, mix.enrolled);
  const seats = meanOf(chances);
  const missedBySeats = chances.reduce((sum, chance, taken) => sum + chance * misses ** taken, 0);
  const missedBeside =
    chances.reduce((sum, chance, taken) => sum + (taken > 0 ? chance * taken * misses ** (taken - 1) : 0), 0) / seats;
  const missedOutside = Math.exp(-mix.accuser - mix.whistleblower);
  const drawnFound = 1 - missedBySeats * missedOutside;
  const { convicted, drawnPart, otherPart } = findings(terms, skipped, drawnFound, 1 - Math.exp(-mix.whistleblower));
  return {
    fed,
    falseShare: skipped / terms.segments,
    drawnFound,
    drawnFoundBeside: 1 - missedBeside * missedOutside,
    foundBySeat: 1 - missedBySeats,
    replayingSeats: seats * share,
    convicted,
    bountyOfDrawn: terms.bounty * drawnPart,
    bountyOfOther: terms.bounty * otherPart,
  };
}
