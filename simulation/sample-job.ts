import type { Prng } from "../common/index.ts";
import { draw, poisson } from "./chance.ts";
import type { Ledger, VerifierAccount } from "./ledger.ts";
import {
  informed,
  replays,
  skippedSegments,
  solverStrategies,
  verifierStrategies,
  type Mechanism,
  type Mix,
  type SolverStrategy,
  type VerifierStrategy,
  type WatcherStrategy,
} from "./mechanism.ts";
import { CRASH_CHANCE, jackpotShare, minimumStake, verifierStakeOf, type Terms } from "./rules.ts";
import { seatChances } from "./seats.ts";

/** What a job is sampled from. */
export interface Setting {
  readonly terms: Terms;
  readonly mechanism: Mechanism;
  readonly mix: Mix;
  /** Of a forced error, before it is divided. */
  readonly jackpot: number;
}

interface Seat {
  readonly strategy: VerifierStrategy;
  readonly attested: "right" | "wrong" | "failure";
  readonly forced: boolean;
  readonly revealed: boolean;
  readonly informed: boolean;
}

/** Participants who have no seat and look at one segment. */
type Watchers = Record<WatcherStrategy, number>;

/** How many of those who can find a false segment did: they share the bounty. */
type Finders = ReadonlyMap<VerifierAccount | WatcherStrategy, number>;

function account(strategy: VerifierStrategy): VerifierAccount {
  return `${strategy}Verifier`;
}

/** One job after the other, from submission to settlement, by the rules and by no expectation. */
export class JobSampler {
  readonly #setting: Setting;
  readonly #prng: Prng;
  readonly #ledger: Ledger;
  readonly #seatChances: readonly number[];

  constructor(setting: Setting, prng: Prng, ledger: Ledger) {
    this.#setting = setting;
    this.#prng = prng;
    this.#ledger = ledger;
    this.#seatChances = seatChances(setting.terms, setting.mix.enrolled);
  }

  /** One job. @param strategy of its solver; by their parts if left out */
  sample(strategy: SolverStrategy = this.#solver()): void {
    const { terms, mechanism } = this.#setting;
    const fed = strategy !== "honest" && mechanism.feeding;
    const found: Finders[] = [];
    for (const wrong of this.#strata(strategy)) {
      const size = terms.segments / terms.draws;
      const drawnIsFalse = this.#prng.below(size) < wrong;
      if (drawnIsFalse) found.push(this.#falseSegment(fed));
      else this.#trueSegment(fed);
      for (let other = drawnIsFalse ? 1 : 0; other < wrong; other++) found.push(this.#undrawnSegment());
    }
    this.#settle(strategy, found.filter(({ size }) => size > 0)); // prettier-ignore
    if (strategy !== "honest" && found.every(({ size }) => size === 0)) this.#ledger.note("undetected");
  }

  #solver(): SolverStrategy {
    const { solvers } = this.#setting.mix;
    return solverStrategies[draw(solverStrategies.map((each) => solvers[each]), this.#prng)]!; // prettier-ignore
  }

  /** False segments of every stratum. */
  #strata(strategy: SolverStrategy): number[] {
    const { terms } = this.#setting;
    const skipped = skippedSegments(terms, strategy);
    return Array.from({ length: terms.draws }, (_, index) => Math.ceil((skipped - index) / terms.draws));
  }

  #seats(fed: boolean, isFalse: boolean): Seat[] {
    const { mix, mechanism, terms } = this.#setting;
    const parts = verifierStrategies.map((each) => mix.verifiers[each]);
    return Array.from({ length: draw(this.#seatChances, this.#prng) }, () => {
      const strategy = verifierStrategies[draw(parts, this.#prng)]!;
      const forced = mechanism.forced && this.#prng.unit() < 1 / terms.forcedOneIn;
      const knows = informed(mechanism, strategy, fed);
      const fails = isFalse && replays(mechanism, strategy, fed);
      const attested = fails ? "failure" : knows && !forced ? "right" : "wrong";
      return { strategy, forced, attested, informed: knows, revealed: this.#prng.unit() >= CRASH_CHANCE };
    });
  }

  #watchers(): Watchers {
    const { accuser, whistleblower, comparer } = this.#setting.mix;
    const watchers = {
      accuser: poisson(accuser, this.#prng),
      whistleblower: poisson(whistleblower, this.#prng),
      comparer: poisson(comparer, this.#prng),
    };
    for (const [name, times] of Object.entries(watchers)) this.#ledger.note(name, times);
    return watchers;
  }

  #trueSegment(fed: boolean): void {
    const seats = this.#seats(fed, false);
    const watchers = this.#watchers();
    for (const seat of seats) {
      this.#closeSeat(seat, false);
      if (seat.forced && seat.revealed) this.#payJackpots(seat, seats, watchers);
    }
  }

  #falseSegment(fed: boolean): Finders {
    const seats = this.#seats(fed, true);
    const { accuser, whistleblower } = this.#watchers();
    const failed = seats.filter(({ attested, revealed }) => attested === "failure" && revealed);
    for (const seat of seats) this.#closeSeat(seat, failed.length + accuser + whistleblower > 0);
    if (failed.length > 0)
      return new Map(Map.groupBy(failed, ({ strategy }) => account(strategy)).entries().map(([key, of]) => [key, of.length])); // prettier-ignore
    return this.#outsideFinders({ accuser, whistleblower });
  }

  #undrawnSegment(): Finders {
    const whistleblower = poisson(this.#setting.mix.whistleblower, this.#prng);
    this.#ledger.note("whistleblower", whistleblower);
    return this.#outsideFinders({ whistleblower });
  }

  #outsideFinders(watchers: Partial<Watchers>): Finders {
    return new Map((Object.entries(watchers) as [WatcherStrategy, number][]).filter(([, count]) => count > 0));
  }

  /** SPEC: outcomes. Right and obeyed are paid; failure is for the bounty; on a segment that is found false nothing is paid. */
  #closeSeat({ strategy, attested, forced, revealed }: Seat, found: boolean): void {
    const { terms } = this.#setting;
    const owner = account(strategy);
    this.#ledger.note(owner);
    const obeyed = attested === "wrong" && forced;
    const slashed = !revealed || (attested === "wrong" && !obeyed) || (attested === "right" && forced);
    if (slashed) {
      this.#ledger.pay(owner, "burned", verifierStakeOf(terms));
      this.#ledger.note(revealed ? `slashed ${owner}` : "crashed");
    } else if (attested !== "failure" && !found) {
      this.#ledger.pay("submitter", owner, terms.attestationFee);
      this.#ledger.note("fees");
    }
  }

  #payJackpots(seat: Seat, seats: readonly Seat[], watchers: Watchers): void {
    const { jackpot, mechanism } = this.#setting;
    const catchers: (VerifierAccount | WatcherStrategy | "solver")[] = [];
    const others = seats.filter((each) => each !== seat && each.informed);
    for (const { strategy } of others) catchers.push(account(strategy));
    if (mechanism.freeRiders) catchers.push("solver");
    if (mechanism.freeRiders && seat.informed) catchers.push(account(seat.strategy));
    const agreeing = others.filter(({ forced }) => !forced).length;
    const visible = mechanism.freeRiders && (!mechanism.attention || agreeing >= 2);
    if (visible) this.#ledger.note("compared", watchers.comparer);
    for (let count = 0; count < watchers.accuser; count++) catchers.push("accuser");
    for (let count = 0; visible && count < watchers.comparer; count++) catchers.push("comparer");
    for (const catcher of catchers) this.#ledger.pay("pool", catcher, jackpotShare(jackpot, catchers.length));
    if (catchers.length > 0) this.#ledger.note("jackpots", catchers.length * jackpotShare(jackpot, catchers.length));
  }

  #settle(strategy: SolverStrategy, found: readonly Finders[]): void {
    const { terms, mechanism } = this.#setting;
    this.#ledger.note("job");
    if (found.length === 0) {
      this.#ledger.pay("submitter", "solver", terms.price);
      if (mechanism.forced) this.#ledger.pay("submitter", "pool", terms.jackpotFee);
      return;
    }
    this.#ledger.note("convicted");
    this.#ledger.note(`slashed ${strategy}Solver`);
    const finders = this.#prng.pick(found);
    const count = [...finders.values()].reduce((sum, each) => sum + each, 0);
    for (const [finder, times] of finders) this.#ledger.pay("solver", finder, (terms.bounty * times) / count);
    this.#ledger.pay("solver", "burned", minimumStake(terms) - terms.bounty);
  }
}
