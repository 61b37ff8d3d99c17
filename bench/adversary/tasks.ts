import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Address } from "viem";
import type { Setting } from "../../adversary/index.ts";
import { DefectError } from "../../common/index.ts";

/** Runs that one process makes. */
export type Task = HonestTask | AttackTask;

interface Runs {
  readonly runs: number;
  readonly seed: number;
}
interface HonestTask extends Runs {
  readonly kind: "honest" | "baseline";
  readonly setting: Setting;
}
interface AttackTask extends Runs {
  readonly kind: "attack";
  readonly strategy: string;
  readonly baseline: readonly (readonly [Address, number])[];
}

/** Each keeps about one core busy. */
const lanes = 2;

/** Does a task in a process of its own. */
export async function perform<T>(task: Task): Promise<T> {
  const script = join(import.meta.dirname, "play.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(task)], { stdio: ["ignore", "pipe", "inherit"] });
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  if (status !== 0) throw new DefectError("task-failed", "A process of the benchmark failed.", { task, status });
  return JSON.parse(output) as T;
}

/** Does all of it, some at a time, in the order given. */
export async function inLanes<In, Out>(items: readonly In[], act: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++;
      results[at] = await act(items[at]!);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
