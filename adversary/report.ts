import type { Address } from "viem";
import { createPrng } from "../common/index.ts";
import { Run, type RunResult } from "./run.ts";
import { RoughWeather, type Incidents } from "./rough-weather.ts";
import { segmentCost, usualSetting, valueAtRisk, type Setting } from "./setting.ts";
import type { Stage } from "./stage.ts";
import type { Strategy } from "./strategy.ts";

/** What runs are made with. */
export interface Plan {
  readonly runs: number;
  readonly seed: number;
  /** Told after every run; throws to end it all. */
  readonly onRun?: () => Promise<void>;
}

/** A mean and its standard error. UNITS: what a segment costs its solver to train. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** What honest parties come to where all are honest, by account. UNITS: the token's smallest. */
export type Baseline = ReadonlyMap<Address, number>;

/** What a strategy comes to. */
export interface StrategyReport {
  readonly strategy: string;
  readonly summary: string;
  readonly limit: string | undefined;
  readonly setting: Setting;
  readonly runs: number;
  /** Runs in which the attacker lost a stake, or where nobody lied a bond. */
  readonly caught: number;
  /** Runs in which calls of his were refused, and no more. */
  readonly refused: number;
  /** Runs in which a false result became final. */
  readonly stands: number;
  /** Of his coalition, over what the honest course would have given it; with what a false result that stands is worth. */
  readonly gain: Estimate;
  readonly gainCaught: Estimate;
  readonly gainUncaught: Estimate;
  /** What all honest parties together lose by it; a submitter who got nothing true, all that he paid. */
  readonly honestCost: Estimate;
  /** Stakes and bonds that honest parties lost. */
  readonly falseSlashes: number;
  /** UNITS: seconds from a job's submission to its end. */
  readonly seconds: number;
  readonly games: number;
}

/** Honest runs in rough weather. */
export interface HonestReport extends Incidents {
  readonly runs: number;
  readonly settled: number;
  readonly falseSlashes: number;
  /** Calls that came too late, or twice, and reverted. */
  readonly refused: number;
  readonly games: number;
}

/** Runs of different strategies are made with different chance. */
function chanceOf(plan: Plan, run: number) {
  return createPrng(Math.imul(plan.seed, 0x9e3779b1) + run);
}

export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  if (count === 0) return { mean: 0, error: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  return { mean, error: Math.sqrt(variance / count) };
}

/** Means of a stage's honest runs; equal verifiers share one. */
export async function baselineOf(stage: Stage, plan: Plan): Promise<Baseline> {
  const sums = new Map<Address, number>(stage.everyone.map((account) => [account, 0]));
  for (let run = 0; run < plan.runs; run++) {
    const cast = { parties: stage.cast(await stage.terms()), coalition: [] };
    const { changes } = await Run.play(stage, cast, chanceOf(plan, run));
    for (const [account, change] of changes) sums.set(account, sums.get(account)! + Number(change) / plan.runs);
    await plan.onRun?.();
  }
  for (const group of [stage.honest, stage.friends]) {
    const mean = group.reduce((sum, account) => sum + sums.get(account)!, 0) / group.length;
    for (const account of group) sums.set(account, mean);
  }
  return sums;
}

/** Plays a strategy so many times. @param baseline of the same stage */
export async function reportOf(
  stage: Stage,
  strategy: Strategy,
  plan: Plan,
  baseline: Baseline,
): Promise<StrategyReport> {
  const results: { readonly result: RunResult; readonly coalition: ReadonlySet<Address> }[] = [];
  for (let run = 0; run < plan.runs; run++) {
    const chance = chanceOf(plan, run);
    const cast = await strategy.cast(stage, chance);
    results.push({ result: await Run.play(stage, cast, chance), coalition: new Set(cast.coalition) });
    await plan.onRun?.();
  }
  const gains = results.map(({ result, coalition }) => {
    const own = changeOf(result, baseline, (account) => coalition.has(account));
    return own + (result.falseStands ? Number(valueAtRisk) / Number(segmentCost) : 0);
  });
  const caught = results.map(({ result, coalition }) => isCaught(result, coalition));
  const refused = results.map(({ result, coalition }) => result.refused.some((account) => coalition.has(account)));
  const honest = results.map(
    ({ result, coalition }) => -changeOf(result, paidFor(baseline, result), (one) => !coalition.has(one)),
  );
  const lost = results.flatMap(({ result, coalition }) =>
    result.losses.filter(({ account }) => !coalition.has(account)),
  );
  return {
    strategy: strategy.name,
    summary: strategy.summary,
    limit: strategy.limit,
    setting: stage.setting,
    runs: plan.runs,
    caught: caught.filter(Boolean).length,
    refused: refused.filter((each, run) => each && !caught[run]).length,
    stands: results.filter(({ result }) => result.falseStands).length,
    gain: estimate(gains),
    gainCaught: estimate(gains.filter((_, run) => caught[run])),
    gainUncaught: estimate(gains.filter((_, run) => !caught[run])),
    honestCost: estimate(honest),
    falseSlashes: lost.length,
    seconds: estimate(results.map(({ result }) => result.seconds)).mean,
    games: estimate(results.map(({ result }) => result.games)).mean,
  };
}

/** Who lies may lose games on purpose; he is caught when it costs a stake. */
function isCaught({ losses, lied }: RunResult, coalition: ReadonlySet<Address>): boolean {
  return losses.some(({ account, how }) => coalition.has(account) && (how === "stake" || !lied));
}

/** Who got nothing for his money had better kept it. */
function paidFor(baseline: Baseline, { cheated }: RunResult): Baseline {
  return new Map([...baseline].map(([account, mean]) => [account, cheated.includes(account) ? 0 : mean]));
}

/** Change of some accounts over the baseline. UNITS: what a segment costs. */
function changeOf({ changes }: RunResult, baseline: Baseline, counts: (account: Address) => boolean): number {
  const own = [...changes].filter(([account]) => counts(account));
  const sum = own.reduce((total, [account, change]) => total + Number(change) - baseline.get(account)!, 0);
  return sum / Number(segmentCost);
}

/** Honest runs in which parties vanish, calls come late and blocks are taken back. */
export async function honestReport(stage: Stage, plan: Plan): Promise<HonestReport> {
  const total = {
    runs: plan.runs,
    settled: 0,
    falseSlashes: 0,
    refused: 0,
    games: 0,
    crashes: 0,
    late: 0,
    reorganisations: 0,
  };
  for (let run = 0; run < plan.runs; run++) {
    const chance = chanceOf(plan, run);
    const weather = new RoughWeather(chance);
    const cast = { parties: stage.cast(await stage.terms()), coalition: [] };
    const result = await Run.play(stage, cast, chance, weather);
    total.settled += result.statuses[0] === "Settled" ? 1 : 0;
    total.falseSlashes += result.losses.length;
    total.refused += result.refused.length;
    total.games += result.games;
    total.crashes += weather.incidents.crashes;
    total.late += weather.incidents.late;
    total.reorganisations += weather.incidents.reorganisations;
    await plan.onRun?.();
  }
  return total;
}

/** Setting of a strategy. */
export function settingOf(strategy: Strategy, changes: Partial<Setting> = {}): Setting {
  return { ...usualSetting, ...strategy.setting, ...changes };
}
