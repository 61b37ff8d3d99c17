import { expect } from "chai";
import { createPrng } from "../common/index.ts";
import { Ledger } from "./ledger.ts";
import {
  solverStrategies,
  verifierStrategies,
  watcherStrategies,
  type Mechanism,
  type Mix,
  type WatcherStrategy,
} from "./mechanism.ts";
import { expectedPayoffs } from "./payoffs.ts";
import { ACCUSATION_COST, CAPITAL_RATE, minimumStake, USUAL_TERMS, verifierStakeOf, type Terms } from "./rules.ts";
import { JobSampler, type Setting } from "./sample-job.ts";

const SEED = 7;

const mix: Mix = {
  solvers: { honest: 0.4, skipsOne: 0.3, skipsTenth: 0.2, skipsAll: 0.1 },
  verifiers: { honest: 0.5, lazy: 0.2, dishonest: 0.3 },
  enrolled: 500,
  accuser: 0.3,
  whistleblower: 0.02,
  comparer: 0.7,
};
const all: Mechanism = { attention: true, forced: true, watchers: true, feeding: true, freeRiders: true };

function setting(terms: Partial<Terms>, mechanism: Partial<Mechanism>, jackpot: number): Setting {
  return { terms: { ...USUAL_TERMS, ...terms }, mechanism: { ...all, ...mechanism }, mix, jackpot };
}

const settings: Record<string, Setting> = {
  "all mechanisms": setting({}, {}, 24),
  "three seats, often forced": setting({ attestors: 3, forcedOneIn: 4 }, {}, 9),
  "no free riders, nothing handed out": setting({}, { feeding: false, freeRiders: false }, 24),
  "audits alone": setting({}, { attention: false, forced: false }, 0),
  "no attention checks": setting({ forcedOneIn: 8 }, { attention: false }, 6),
};

/** Mean of independent batches, and the error of that mean. */
function estimate(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
  return { mean, error: Math.sqrt(variance / values.length) };
}

function sampled(from: Setting, batches: number, jobs: number): Ledger[] {
  const prng = createPrng(SEED);
  return Array.from({ length: batches }, () => {
    const ledger = new Ledger();
    const sampler = new JobSampler(from, prng, ledger);
    for (let job = 0; job < jobs; job++) sampler.sample();
    return ledger;
  });
}

describe("sampled jobs", () => {
  for (const [name, from] of Object.entries(settings)) {
    const { terms, mechanism, jackpot } = from;
    const jobs = 1_500;
    let ledgers: Ledger[] = [];
    const payoffs = expectedPayoffs(terms, mechanism, mix, jackpot);
    const near = (of: (ledger: Ledger) => number, expected: number, what: string): void => {
      const { mean, error } = estimate(ledgers.map(of));
      const message = `${what} (seed ${SEED}): ${mean} ± ${error}`;
      expect(Math.abs(mean - expected), `${message}, expected ${expected}`).to.be.at.most(4 * error + 1e-9);
    };

    before(() => void (ledgers = sampled(from, 40, jobs)));

    it(`pay seats and watchers what is expected: ${name}`, () => {
      for (const each of verifierStrategies) {
        const gain = payoffs.verifier[each].gain + CAPITAL_RATE * verifierStakeOf(terms);
        near((ledger) => ledger.balance(`${each}Verifier`) / ledger.count(`${each}Verifier`), gain, each);
      }
      const looked: Record<WatcherStrategy, number> = {
        accuser: mix.accuser * terms.draws,
        whistleblower: mix.whistleblower * terms.segments,
        comparer: mix.comparer * terms.draws,
      };
      for (const each of watcherStrategies) {
        const accusations = (ledger: Ledger) => (each === "comparer" ? ACCUSATION_COST * ledger.count("compared") : 0);
        const gain = (ledger: Ledger) => (ledger.balance(each) - accusations(ledger)) / jobs / looked[each];
        near(gain, payoffs.watcher[each].gain, each);
      }
    });

    it(`pay solvers what is expected, and cost what is expected: ${name}`, () => {
      // A false result is worth something outside of the protocol.
      const outside = (ledger: Ledger) => terms.valueAtRisk * (ledger.count("undetected") / jobs);
      const gain = solverStrategies.reduce((sum, each) => sum + mix.solvers[each] * payoffs.solver[each].gain, 0);
      near(
        (ledger) => ledger.balance("solver") / jobs + outside(ledger),
        gain + CAPITAL_RATE * minimumStake(terms),
        "solver",
      );
      near((ledger) => ledger.count("convicted") / jobs, payoffs.convicted, "convicted");
      near((ledger) => ledger.count("fees") * (terms.attestationFee / jobs), payoffs.feesPaid, "fees");
      near((ledger) => ledger.count("jackpots") / jobs, payoffs.jackpotsPaid, "jackpots");
    });

    it(`make no money and lose none: ${name}`, () => {
      for (const ledger of ledgers) expect(ledger.sum()).to.be.closeTo(0, 1e-6);
    });

    it(`slash nobody who followed the rules: ${name}`, () => {
      const count = (event: string) => ledgers.reduce((sum, ledger) => sum + ledger.count(event), 0);
      expect(count("slashed honestVerifier")).to.equal(0);
      expect(count("crashed"), "reached").to.be.above(0);
      if (mechanism.attention) expect(count("slashed lazyVerifier"), "reached").to.be.above(0);
    });
  }

  it("never convict an honest solver", () => {
    const ledger = new Ledger();
    const sampler = new JobSampler(settings["all mechanisms"]!, createPrng(SEED), ledger);
    for (let job = 0; job < 5_000; job++) sampler.sample("honest");
    expect([ledger.count("job"), ledger.count("convicted")]).to.deep.equal([5_000, 0]);
  });

  it("repeat themselves", () => {
    const [first, second] = [sampled(settings["all mechanisms"]!, 1, 50), sampled(settings["all mechanisms"]!, 1, 50)];
    expect(first).to.deep.equal(second);
  });
});
