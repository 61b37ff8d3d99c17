import { createPrng } from "../common/index.ts";
import { Ledger } from "./ledger.ts";
import type { Mix } from "./mechanism.ts";
import { expectedPayoffs, type Payoffs } from "./payoffs.ts";
import { Population } from "./population.ts";
import { CAPITAL_RATE, jackpotOf, minimumStake, verifierStakeOf } from "./rules.ts";
import { JobSampler } from "./sample-job.ts";
import type { Scenario } from "./scenarios.ts";
import { meanOf, seatChances } from "./seats.ts";

/** One round, or the average of many. Parts are of 1; amounts are of a job, in replays of a segment. */
export interface Round {
  /** Part of the jobs whose solver cheats. */
  readonly cheating: number;
  /** Parts of the verifiers. */
  readonly lazy: number;
  readonly dishonest: number;
  /** Chance that a drawn false segment is found. */
  readonly found: number;
  readonly convicted: number;
  /** Fees and jackpot fee, as a part of the price. */
  readonly verificationCost: number;
  /** What it costs to lock all stakes, as a part of the price. */
  readonly stakeCost: number;
  readonly jackpotsPaid: number;
  /** Verifiers in the draw. */
  readonly enrolled: number;
  /** Replays of a drawn segment by who has no seat, on average. */
  readonly outsideReplays: number;
}

/** What a scenario came to. */
export interface Result {
  readonly scenario: Scenario;
  readonly rounds: readonly Round[];
  /** Average of the last third of the rounds. */
  readonly equilibrium: Round;
  /** Jobs sampled from the last round, and what was seen in them. */
  readonly sampled: {
    readonly jobs: number;
    /** Stakes of honest solvers and verifiers that were slashed though they followed the rules. */
    readonly falseSlashes: number;
    /** Stakes of seats that were slashed because a secret was not revealed after a crash. */
    readonly crashes: number;
  };
}

const SAMPLED_JOBS = 1_000;

function roundOf({ terms, mechanism }: Scenario, mix: Mix, payoffs: Payoffs, seats: number): Round {
  const jackpotFee = mechanism.forced ? terms.jackpotFee * (1 - payoffs.convicted) : 0;
  const locked = minimumStake(terms) + terms.draws * seats * verifierStakeOf(terms);
  return {
    cheating: 1 - mix.solvers.honest,
    lazy: mix.verifiers.lazy,
    dishonest: mix.verifiers.dishonest,
    found: payoffs.found,
    convicted: payoffs.convicted,
    verificationCost: (payoffs.feesPaid + jackpotFee) / terms.price,
    stakeCost: (CAPITAL_RATE * locked) / terms.price,
    jackpotsPaid: payoffs.jackpotsPaid,
    enrolled: mix.enrolled,
    outsideReplays: mix.accuser + mix.whistleblower,
  };
}

/** The mean of every member. */
export function averageOf(rounds: readonly Round[]): Round {
  const keys = Object.keys(rounds[0]!) as (keyof Round)[];
  const mean = (key: keyof Round): number => rounds.reduce((sum, round) => sum + round[key], 0) / rounds.length;
  return Object.fromEntries(keys.map((key) => [key, mean(key)])) as unknown as Round;
}

function sampledFrom({ terms, mechanism }: Scenario, mix: Mix, jackpot: number, seed: number): Result["sampled"] {
  const ledger = new Ledger();
  const sampler = new JobSampler({ terms, mechanism, mix, jackpot }, createPrng(seed), ledger);
  for (let job = 0; job < SAMPLED_JOBS; job++) sampler.sample();
  const falseSlashes = ledger.count("slashed honestVerifier") + ledger.count("slashed honestSolver");
  return { jobs: SAMPLED_JOBS, falseSlashes, crashes: ledger.count("crashed") };
}

/** Plays a scenario. The same arguments give the same result. @param seed 32 bits */
export function simulate(scenario: Scenario, participants: number, rounds: number, seed: number): Result {
  const { terms, mechanism } = scenario;
  const population = new Population(participants, scenario, createPrng(seed));
  const { jobs } = population;
  const played: Round[] = [];
  // The pool begins with what one round of jobs pays.
  let pool = jobs * terms.jackpotFee;
  let mix = population.mix();
  for (let round = 0; round < rounds; round++) {
    mix = population.mix();
    const seats = meanOf(seatChances(terms, mix.enrolled));
    const payoffs = expectedPayoffs(terms, mechanism, mix, jackpotOf(terms, pool));
    played.push(roundOf(scenario, mix, payoffs, seats));
    pool = Math.max(0, pool + jobs * (terms.jackpotFee * (1 - payoffs.convicted) - payoffs.jackpotsPaid));
    population.revise(payoffs, seats);
  }
  const equilibrium = averageOf(played.slice(-Math.ceil(rounds / 3)));
  return { scenario, rounds: played, equilibrium, sampled: sampledFrom(scenario, mix, jackpotOf(terms, pool), seed) };
}
