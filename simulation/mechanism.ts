import type { Terms } from "./rules.ts";

export const solverStrategies = ["honest", "skipsOne", "skipsTenth", "skipsAll"] as const;
export const verifierStrategies = ["honest", "lazy", "dishonest"] as const;
export const watcherStrategies = ["accuser", "whistleblower", "comparer"] as const;

/** A cheater trains nothing in the segments that he skips. */
export type SolverStrategy = (typeof solverStrategies)[number];
/** Lazy: never replays. Dishonest: attests what the solver hands him, and replays where he gets nothing. */
export type VerifierStrategy = (typeof verifierStrategies)[number];
/**
 * Who has no seat. Accuser: replays drawn segments. Whistleblower: replays any segment. Comparer: replays nothing, and accuses
 * an attestation that two others contradict.
 */
export type WatcherStrategy = (typeof watcherStrategies)[number];

/** What is in force, and what participants are allowed to do beside the rules. */
export interface Mechanism {
  /** Whether a seat attests a state inside the segment that only a replay gives, and not just the segment's committed end. */
  readonly attention: boolean;
  readonly forced: boolean;
  /** Whether anybody without a seat looks. */
  readonly watchers: boolean;
  /** Whether a cheating solver hands the drawn state of every segment to every seat. */
  readonly feeding: boolean;
  /**
   * Whether forced errors are also accused by those who replay nothing for it: under other names by solvers, who know every
   * state, and by seats, who know their own secret; and by comparers.
   */
  readonly freeRiders: boolean;
}

/** What participants do in one round. */
export interface Mix {
  /** Parts of the jobs, which sum to 1. */
  readonly solvers: Record<SolverStrategy, number>;
  /** Parts of the seats, which sum to 1. */
  readonly verifiers: Record<VerifierStrategy, number>;
  /** Verifiers in the draw, all of one weight. */
  readonly enrolled: number;
  /** Replays by accusers, on average, of a drawn segment. */
  readonly accuser: number;
  /** Replays by whistleblowers, on average, of any segment. */
  readonly whistleblower: number;
  /** Comparers, on average, at a drawn segment. */
  readonly comparer: number;
}

/** Segments that a solver's strategy trains nothing in. */
export function skippedSegments({ segments }: Terms, strategy: SolverStrategy): number {
  return { honest: 0, skipsOne: 1, skipsTenth: Math.ceil(segments / 10), skipsAll: segments }[strategy];
}

/** Whether a verifier with this strategy replays a segment. @param fed whether the solver hands out its drawn state */
export function replays({ attention }: Mechanism, strategy: VerifierStrategy, fed: boolean): boolean {
  // Without the check there is nothing that a dishonest one would need.
  return strategy === "honest" || (strategy === "dishonest" && attention && !fed);
}

/**
 * Whether a verifier with this strategy knows what he has to attest of a true segment: he replays it, is handed its state, or, without
 * the check, attests the committed end, which everyone sees. Only then he sees who attests something else.
 */
export function informed(mechanism: Mechanism, strategy: VerifierStrategy, fed: boolean): boolean {
  return !mechanism.attention || fed || replays(mechanism, strategy, fed);
}

/** Part of the seats whose verifiers are like that. */
export function shareOf({ verifiers }: Mix, are: (strategy: VerifierStrategy) => boolean): number {
  return verifierStrategies.reduce((sum, strategy) => sum + (are(strategy) ? verifiers[strategy] : 0), 0);
}
