import { createPrng, type Prng } from "../common/index.ts";
import { priceOf } from "../protocol/index.ts";
import { Arena, accomplices, honestVerifiers, roles, type Role, type Trouble } from "./arena.ts";
import { segments, Training } from "./lies.ts";
import { Play, type Plan } from "./play.ts";
import { honest } from "./strategies/index.ts";
import type { Strategy } from "./strategy.ts";

/** Tokens of a unit of gas: what the terms' gasRate is. */
const gasRate = 2_000_000_000n;

/** What one run came to. UNITS: tokens, 10¹⁸ of the smallest unit; a role's net is what it has more, less gas and computing. */
interface Run {
  readonly detected: boolean;
  /** A false claim is final: the attacker has what it is worth to him. */
  readonly falseFinal: boolean;
  readonly net: Readonly<Record<Role, number>>;
  /** Honest parties who lost stake. */
  readonly slashed: readonly Role[];
  readonly valueAtRisk: number;
  readonly stake: number;
  readonly price: number;
  readonly verifierStake: number;
}

/** A strategy over all its runs. UNITS: tokens a run. */
export interface Finding {
  readonly strategy: string;
  readonly runs: number;
  /** Runs whose solver was convicted. */
  readonly detected: number;
  /** What the attacker has over the honest course, the worth of false results that are final included. */
  readonly attackerGain: number;
  /** Standard error of that mean. */
  readonly error: number;
  /** What the honest parties together have less than in honest runs. */
  readonly honestCost: number;
  /** Runs in which an honest party lost stake. */
  readonly falseSlashes: number;
}

const inTokens = (amount: bigint): number => Number(amount) / 1e18;

/** Roles that no strategy of this coalition plays. */
function honestRoles(coalition: readonly Role[]): Role[] {
  return roles.filter((role) => !coalition.includes(role));
}

async function runOnce(arena: Arena, training: Training, strategy: Strategy, prng: Prng): Promise<Run> {
  const before = await worths(arena);
  const plays: Play[] = [];
  const again = (plan: Plan, solver?: Role): Play => {
    const play = new Play({ arena, training, plan, prng, ...(solver !== undefined && { solver }) });
    plays.push(play);
    return play;
  };
  const play = again(strategy.plan(prng));
  if (strategy.run !== undefined) await strategy.run(play, again);
  else {
    await play.train();
    await play.finish();
  }
  for (const each of plays) await each.close();
  const after = await worths(arena);
  const { terms } = play;
  const price = priceOf(terms, terms.unitPrice);
  const cost = inTokens(price) / segments;
  const net = Object.fromEntries(
    roles.map((role) => {
      const computed = plays.reduce((sum, { computed: of }) => sum + (of.get(role) ?? 0), 0);
      const gas = inTokens(arena.gasOf(role) * gasRate);
      return [role, inTokens(after[role].all - before[role].all) - gas - computed * cost];
    }),
  ) as Record<Role, number>;
  const { status } = await play.job();
  const detected = status === "Convicted";
  const slashed = honestRoles(strategy.coalition).filter((role) => after[role].staked < before[role].staked);
  return {
    detected,
    falseFinal: !detected && play.lies,
    net,
    slashed,
    valueAtRisk: inTokens(terms.valueAtRisk),
    stake: inTokens(terms.stake),
    price: inTokens(price),
    verifierStake: inTokens(terms.verifierStake),
  };
}

type Worths = Record<Role, Awaited<ReturnType<Arena["worth"]>>>;

async function worths(arena: Arena): Promise<Worths> {
  const all = await Promise.all(roles.map(async (role) => [role, await arena.worth(role)] as const));
  return Object.fromEntries(all) as Worths;
}

const sumOf = (run: Run, of: readonly Role[]): number => of.reduce((sum, role) => sum + run.net[role], 0);
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Plays strategies on a local chain of its own. */
export class Laboratory {
  readonly #arena: Arena;
  readonly #training: Training;
  readonly #seed: number;

  private constructor(arena: Arena, training: Training, seed: number) {
    [this.#arena, this.#training, this.#seed] = [arena, training, seed];
  }

  static async open(seed: number): Promise<Laboratory> {
    return new Laboratory(await Arena.start(), await Training.create(), seed);
  }

  close(): Promise<void> {
    return this.#arena.stop();
  }

  async #runs(strategy: Strategy, runs: number, onRun: () => void, trouble?: Trouble): Promise<Run[]> {
    const all: Run[] = [];
    for (let n = 0; n < runs; n++) {
      const prng = createPrng(this.#seed + n);
      await this.#arena.reset(
        createPrng(this.#seed + 11_000_017 + n),
        trouble && { chances: trouble, prng: createPrng(this.#seed + 7_000_003 + n) },
      );
      all.push(await runOnce(this.#arena, this.#training, strategy, prng));
      onRun();
    }
    return all;
  }

  /** Honest runs, which the strategies are compared with. */
  baseline(runs: number, onRun: () => void = () => undefined): Promise<readonly Run[]> {
    return this.#runs(honest, runs, onRun);
  }

  /** Plays a strategy. @param baseline of as many runs with the same seeds */
  async judge(strategy: Strategy, baseline: readonly Run[], onRun: () => void = () => undefined): Promise<Finding> {
    const all = await this.#runs(strategy, baseline.length, onRun);
    const gains = all.map(
      (run, n) =>
        sumOf(run, strategy.coalition) +
        (run.falseFinal ? run.valueAtRisk : 0) -
        sumOf(baseline[n]!, strategy.coalition),
    );
    const gain = meanOf(gains);
    const variance = meanOf(gains.map((value) => (value - gain) ** 2));
    const others = honestRoles(strategy.coalition);
    return {
      strategy: strategy.name,
      runs: all.length,
      detected: all.filter(({ detected }) => detected).length,
      attackerGain: gain,
      error: Math.sqrt(variance / all.length),
      honestCost: meanOf(all.map((run, n) => sumOf(baseline[n]!, others) - sumOf(run, others))),
      falseSlashes: all.filter(({ slashed }) => slashed.length > 0).length,
    };
  }

  /** Honest runs in which parties crash, the chain is reorganised and transactions come late. */
  async troubled(runs: number, trouble: Trouble, onRun: () => void = () => undefined) {
    // Nobody is in a coalition: everybody must keep his stake.
    const all = await this.#runs({ ...honest, coalition: [] }, runs, onRun, trouble);
    const settled = all.filter(({ detected }) => !detected).length;
    const slashed = all.filter((run) => run.slashed.length > 0).length;
    return { runs, settled, falseSlashes: slashed, ...this.#arena.troubles };
  }

  /** Terms of the jobs that are played. UNITS: tokens. */
  static termsOf([run]: readonly Run[]) {
    const { stake, price, valueAtRisk, verifierStake } = run!;
    return { price, valueAtRisk, stake, verifierStake, segments, honest: honestVerifiers.length, accomplices: accomplices.length }; // prettier-ignore
  }
}
