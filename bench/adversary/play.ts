import {
  baselineOf,
  honestReport,
  reportOf,
  settingOf,
  Stage,
  strategyNamed,
  type Setting,
} from "../../adversary/index.ts";
import type { Task } from "./tasks.ts";

/** Plays one task on a network of its own, and prints what came of it as JSON: run by bench/adversary/main.ts. */
async function play(task: Task): Promise<unknown> {
  const setting: Setting = task.kind === "attack" ? settingOf(strategyNamed(task.strategy)) : task.setting;
  const stage = await Stage.start(setting);
  try {
    if (task.kind === "attack")
      return await reportOf(stage, strategyNamed(task.strategy), task, new Map(task.baseline));
    return task.kind === "honest" ? await honestReport(stage, task) : [...(await baselineOf(stage, task))];
  } finally {
    await stage.stop();
  }
}

process.stdout.write(JSON.stringify(await play(JSON.parse(process.argv[2]!) as Task)));
