import type { Prng } from "../common/index.ts";
import {
  solverStrategies,
  verifierStrategies,
  watcherStrategies,
  type Mechanism,
  type Mix,
  type SolverStrategy,
  type VerifierStrategy,
  type WatcherStrategy,
} from "./mechanism.ts";
import type { Payoff, Payoffs } from "./payoffs.ts";
import { STANDING_COST, type Terms } from "./rules.ts";

/** A role is a part of the participants; its strategies are numbered from 1, and 0 is to stay out. */
interface Role {
  readonly first: number;
  readonly end: number;
  readonly counts: number[];
}

/** How most begin: honest, or with cheating solvers and verifiers who take what they are handed. */
export type Start = "honest" | "dishonest";

/** What a population begins with. */
export interface Beginning {
  readonly start: Start;
  readonly terms: Terms;
  readonly mechanism: Mechanism;
}

/** Part of the participants who think again in a round. */
const REVISED = 0.1;

/** Of a choice by expected profit a round: differences well below it do not count. */
const TEMPERATURE = 0.02;

/** Segments that a watcher replays a round, and segments that a comparer looks at. */
const REPLAYS = 1;
const COMPARISONS = 100;

/** Participants for a job a round. */
const PARTICIPANTS_OF_JOB = 100;

/** Replay cost of a participant, as a multiple of the reference, lies evenly in 1 ± this. */
const SPREAD = 0.5;

/** Participants, each with a role, a cost of its own and a strategy, who choose again by what the last round paid. */
export class Population {
  readonly jobs: number;
  readonly #solvers: Role;
  readonly #verifiers: Role;
  readonly #watchers: Role;
  readonly #costs: Float64Array;
  readonly #strategies: Uint8Array;
  readonly #prng: Prng;
  readonly #terms: Terms;
  readonly #watched: boolean;

  /** @param size participants: a fifth can be solvers, three fifths verifiers, a fifth watchers */
  constructor(size: number, { start, terms, mechanism }: Beginning, prng: Prng) {
    this.jobs = size / PARTICIPANTS_OF_JOB;
    this.#terms = terms;
    this.#prng = prng;
    this.#watched = mechanism.watchers;
    this.#costs = Float64Array.from({ length: size }, () => 1 - SPREAD + 2 * SPREAD * prng.unit());
    this.#strategies = new Uint8Array(size);
    const [first, second] = [Math.floor(size / 5), Math.floor((size * 4) / 5)];
    // Nine of ten begin alike, the others evenly with any strategy.
    const [solver, verifier] =
      start === "honest" ? (["honest", "honest"] as const) : (["skipsOne", "dishonest"] as const);
    this.#solvers = this.#role(0, first, solverStrategies, solver);
    this.#verifiers = this.#role(first, second, verifierStrategies, verifier);
    this.#watchers = this.#role(second, size, this.#watched ? watcherStrategies : []);
  }

  #role<Strategy>(first: number, end: number, names: readonly Strategy[], most?: Strategy): Role {
    const usual = most === undefined ? 0 : names.indexOf(most) + 1;
    const counts = Array<number>(names.length + 1).fill(0);
    for (let who = first; who < end; who++) {
      const strategy = this.#prng.unit() < 0.9 ? usual : this.#prng.below(counts.length);
      this.#strategies[who] = strategy;
      counts[strategy]!++;
    }
    return { first, end, counts };
  }

  /** Those who are in, at least one: who comes first finds the market empty. */
  static #inside({ counts }: Role): number {
    return Math.max(1, counts.reduce((sum, count) => sum + count, 0) - counts[0]!);
  }

  /** Who is in and does what. */
  mix(): Mix {
    const { draws, segments } = this.#terms;
    const shares = <Strategy extends string>(names: readonly Strategy[], role: Role): Record<Strategy, number> => {
      const inside = Population.#inside(role);
      const empty = role.counts.slice(1).every((count) => count === 0);
      const parts = names.map((name, index) => [name, empty ? Number(index === 0) : role.counts[index + 1]! / inside]);
      return Object.fromEntries(parts) as Record<Strategy, number>;
    };
    const [, accusers = 0, whistleblowers = 0, comparers = 0] = this.#watchers.counts;
    return {
      solvers: shares<SolverStrategy>(solverStrategies, this.#solvers),
      verifiers: shares<VerifierStrategy>(verifierStrategies, this.#verifiers),
      enrolled: Population.#inside(this.#verifiers),
      accuser: (accusers * REPLAYS) / (this.jobs * draws),
      whistleblower: (whistleblowers * REPLAYS) / (this.jobs * segments),
      comparer: (comparers * COMPARISONS) / (this.jobs * draws),
    };
  }

  /** A tenth of the participants choose again. @param seats taken on a drawn segment, on average */
  revise(payoffs: Payoffs, seats: number): void {
    const jobsOfSolver = Math.min(1, this.jobs / Population.#inside(this.#solvers));
    const seatsOfVerifier = (this.jobs * this.#terms.draws * seats) / Population.#inside(this.#verifiers);
    const perRound = <Strategy extends string>(
      names: readonly Strategy[],
      each: Record<Strategy, Payoff>,
      times: (name: Strategy) => number,
    ): Payoff[] => names.map((name) => ({ gain: each[name].gain * times(name), work: each[name].work * times(name) }));
    this.#reviseRole(
      this.#solvers,
      perRound(solverStrategies, payoffs.solver, () => jobsOfSolver),
    );
    this.#reviseRole(
      this.#verifiers,
      perRound(verifierStrategies, payoffs.verifier, () => seatsOfVerifier),
    );
    const actions = (name: WatcherStrategy): number => (name === "comparer" ? COMPARISONS : REPLAYS);
    if (this.#watched) this.#reviseRole(this.#watchers, perRound(watcherStrategies, payoffs.watcher, actions));
  }

  #reviseRole({ first, end, counts }: Role, payoffs: readonly Payoff[]): void {
    const weights = Array<number>(payoffs.length + 1).fill(0);
    for (let who = first; who < end; who++) {
      if (this.#prng.unit() >= REVISED) continue;
      const cost = this.#costs[who]!;
      let best = 0;
      for (const [index, { gain, work }] of payoffs.entries()) {
        weights[index + 1] = (gain - work * cost - STANDING_COST) / TEMPERATURE;
        best = Math.max(best, weights[index + 1]!);
      }
      weights[0] = 0;
      let total = 0;
      for (let index = 0; index < weights.length; index++) total += weights[index] = Math.exp(weights[index]! - best);
      counts[this.#strategies[who]!]!--;
      let left = this.#prng.unit() * total;
      let chosen = 0;
      while (chosen < payoffs.length && left >= weights[chosen]!) left -= weights[chosen++]!;
      this.#strategies[who] = chosen;
      counts[chosen]!++;
    }
  }
}
