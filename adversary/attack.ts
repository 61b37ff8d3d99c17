import { baselineOf, reportOf, settingOf, type Plan, type StrategyReport } from "./report.ts";
import type { Setting } from "./setting.ts";
import { Stage } from "./stage.ts";
import type { Strategy } from "./strategy.ts";

/**
 * Plays a strategy, and as many honest runs to compare it with, on a local network that it starts and stops.
 * Errors: OperatorError `anvil-missing`, `not-built`; what `plan.onRun` throws.
 */
export async function attack(strategy: Strategy, plan: Plan, changes: Partial<Setting> = {}): Promise<StrategyReport> {
  const stage = await Stage.start(settingOf(strategy, changes));
  try {
    return await reportOf(stage, strategy, plan, await baselineOf(stage, plan));
  } finally {
    await stage.stop();
  }
}
