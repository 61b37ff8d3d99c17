import { expectedCatches, type Catches } from "./catches.ts";
import {
  skippedSegments,
  solverStrategies,
  verifierStrategies,
  watcherStrategies,
  type Mechanism,
  type Mix,
  type SolverStrategy,
  type VerifierStrategy,
  type WatcherStrategy,
} from "./mechanism.ts";
import { jobOdds, type Odds } from "./odds.ts";
import { ACCUSATION_COST, CAPITAL_RATE, minimumStake, verifierStakeOf, type Terms } from "./rules.ts";
import { seatPayoff, type SeatPayoff } from "./seat-payoff.ts";
import { meanOf, seatChances } from "./seats.ts";

/** What a strategy expects: money, and segments that it computes, whose cost differs from one participant to the next. */
export interface Payoff {
  readonly gain: number;
  readonly work: number;
}

/** Expectations of one round. */
export interface Payoffs {
  /** Of a job. */
  readonly solver: Record<SolverStrategy, Payoff>;
  /** Of a seat. */
  readonly verifier: Record<VerifierStrategy, Payoff>;
  /** Of a replayed segment; for the comparer of a segment looked at. */
  readonly watcher: Record<WatcherStrategy, Payoff>;
  /** Of the average job. */
  readonly feesPaid: number;
  readonly jackpotsPaid: number;
  readonly convicted: number;
  /** Chance that a drawn false segment is found: in the average cheating job, or in that of the first cheater. */
  readonly found: number;
}

/** A kind of job: its part of all jobs, and what is expected of it. */
interface Kind {
  readonly strategy: SolverStrategy;
  readonly part: number;
  readonly odds: Odds;
  readonly catches: Catches;
}

function record<Name extends string, Value>(names: readonly Name[], of: (name: Name) => Value): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, Value>;
}

function solverPayoff(terms: Terms, { strategy, odds, catches }: Kind): Payoff {
  const stake = minimumStake(terms);
  const settled = terms.price + (strategy === "honest" ? 0 : terms.valueAtRisk);
  const jackpots = terms.draws * (1 - odds.falseShare) * catches.solver;
  return {
    gain: (1 - odds.convicted) * settled - odds.convicted * stake + jackpots - CAPITAL_RATE * stake,
    work: terms.segments - skippedSegments(terms, strategy),
  };
}

/** Mean of 1 / (1 + a Poisson number of this mean): the part of a bounty that one of those who come for it gets. */
function sharedWith(others: number): number {
  return others < 1e-6 ? 1 - others / 2 : (1 - Math.exp(-others)) / others;
}

function watcherGains(terms: Terms, mix: Mix, { odds, catches }: Kind): Record<WatcherStrategy, number> {
  const { falseShare, bountyOfDrawn, bountyOfOther, foundBySeat } = odds;
  const drawnShare = terms.draws / terms.segments;
  const whenDrawn = bountyOfDrawn * (1 - foundBySeat) * sharedWith(mix.accuser + mix.whistleblower);
  const whenNot = bountyOfOther * sharedWith(mix.whistleblower);
  return {
    accuser: (1 - falseShare) * catches.accuser + falseShare * whenDrawn,
    whistleblower: falseShare * (drawnShare * whenDrawn + (1 - drawnShare) * whenNot),
    comparer: (1 - falseShare) * (catches.comparer - ACCUSATION_COST * catches.compared),
  };
}

function foundOnAverage(kinds: readonly Kind[]): number {
  const cheating = kinds.filter(({ strategy }) => strategy !== "honest");
  const part = cheating.reduce((sum, kind) => sum + kind.part, 0);
  if (part === 0) return cheating[0]!.odds.drawnFound;
  return cheating.reduce((sum, kind) => sum + kind.part * kind.odds.drawnFound, 0) / part;
}

/** Expectations of every strategy while the participants do this. @param jackpot of a forced error, before it is divided */
export function expectedPayoffs(terms: Terms, mechanism: Mechanism, mix: Mix, jackpot: number): Payoffs {
  const seats = meanOf(seatChances(terms, mix.enrolled));
  const kinds = solverStrategies.map((strategy): Kind => {
    const odds = jobOdds(terms, mechanism, mix, strategy);
    const catches = expectedCatches(terms, mechanism, mix, jackpot, odds.fed);
    return { strategy, part: mix.solvers[strategy], odds, catches };
  });
  const average = (of: (kind: Kind) => number): number => kinds.reduce((sum, kind) => sum + kind.part * of(kind), 0);
  const seat = (kind: Kind, verifier: VerifierStrategy): SeatPayoff =>
    seatPayoff({ terms, mechanism, mix, seats, odds: kind.odds, catches: kind.catches }, verifier);
  const fees = verifierStrategies.map(
    (verifier) => mix.verifiers[verifier] * average((kind) => seat(kind, verifier).fee),
  );
  return {
    solver: record(solverStrategies, (strategy) =>
      solverPayoff(
        terms,
        kinds.find((kind) => kind.strategy === strategy)!,
      ),
    ),
    verifier: record(verifierStrategies, (verifier) => ({
      gain: average((kind) => seat(kind, verifier).gain) - CAPITAL_RATE * verifierStakeOf(terms),
      work: average((kind) => seat(kind, verifier).work),
    })),
    watcher: record(watcherStrategies, (watcher) => ({
      gain: average((kind) => watcherGains(terms, mix, kind)[watcher]),
      work: watcher === "comparer" ? 0 : 1,
    })),
    feesPaid: terms.draws * seats * fees.reduce((sum, each) => sum + each, 0),
    jackpotsPaid: average(({ odds, catches }) => terms.draws * (1 - odds.falseShare) * catches.paid),
    convicted: average(({ odds }) => odds.convicted),
    found: foundOnAverage(kinds),
  };
}
