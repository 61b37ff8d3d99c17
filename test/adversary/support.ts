import {
  baselineOf,
  chanceFound,
  reportOf,
  settingOf,
  Stage,
  strategyNamed,
  type Baseline,
  type Setting,
  type StrategyReport,
} from "../../adversary/index.ts";

/** A network of one setting for the strategies of one file, and what honesty gives there. */
export class Arena {
  readonly stage: Stage;
  readonly #baseline: Baseline;

  private constructor(stage: Stage, baseline: Baseline) {
    this.stage = stage;
    this.#baseline = baseline;
  }

  static async open(changes: Partial<Setting> = {}): Promise<Arena> {
    const stage = await Stage.start({ ...settingOf(strategyNamed("weight-splice")), ...changes });
    return new Arena(stage, await baselineOf(stage, { runs: 3, seed: 1 }));
  }

  /** A few runs of a strategy. */
  play(name: string, runs = 3, seed = 1): Promise<StrategyReport> {
    return reportOf(this.stage, strategyNamed(name), { runs, seed }, this.#baseline);
  }

  /**
   * Runs of a strategy that the draw finds or does not, more of them until it found one: what a word draws depends on every byte
   * of the chain before it.
   */
  async gamble(name: string, runs = 4, seed = 1): Promise<StrategyReport> {
    const report = await this.play(name, runs, seed);
    return report.caught > 0 || runs > 40 ? report : this.gamble(name, 3 * runs, seed + 1);
  }

  close(): Promise<void> {
    return this.stage.stop();
  }
}

/** What a solver who lies in one segment may expect, by the chance that the draw finds it. */
export function expectedGain({ setting, gainCaught, gainUncaught }: StrategyReport): number {
  const found = chanceFound(setting);
  return found * gainCaught.mean + (1 - found) * gainUncaught.mean;
}
