import { setTimeout } from "node:timers/promises";
import { Running, type Contender } from "./contender.ts";
import type { Sample } from "./subject.ts";

export interface Plan {
  readonly contenders: readonly Contender[];
  /** Beginnings of names that are left out. */
  readonly without: readonly string[];
  /** Names of runs that each contender has. */
  readonly runs: readonly string[];
  readonly rounds: number;
  /** UNITS: ms. */
  readonly leastMs: number;
  readonly progress: (message: string) => void;
}

/** What was measured of a contender: one sample a round for each run, or why there is none. */
export interface Measured {
  readonly contender: Contender;
  readonly absent?: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly samples: ReadonlyMap<string, readonly Sample[]>;
}

/** Threads that turn while they wait have gone to sleep by then. UNITS: ms. */
const REST_MS = 20;

interface Entry {
  readonly contender: Contender;
  readonly samples: Map<string, Sample[]>;
  running?: Running;
  absent?: string;
  facts: Readonly<Record<string, unknown>>;
}

/** Does something with a contender's process; one that fails is measured no further. */
async function attempt(entry: Entry, use: () => Promise<void>): Promise<void> {
  if (entry.absent !== undefined) return;
  try {
    await use();
  } catch (error) {
    entry.absent = error instanceof Error ? error.message : String(error);
    entry.running?.end();
  }
}

/** Measures contenders in turns, so that what else the machine does befalls all of them; every other round goes backwards. */
export async function measure({ contenders, without, runs, rounds, leastMs, progress }: Plan): Promise<Measured[]> {
  const asked = contenders.filter(({ name }) => !without.some((prefix) => name.startsWith(prefix)));
  const entries = asked.map((contender): Entry => ({ contender, samples: new Map(), facts: {} }));
  for (const entry of entries) {
    progress(`prepares ${entry.contender.name}`);
    await attempt(entry, async () => {
      entry.running = await Running.start(entry.contender);
    });
    if (entry.absent !== undefined) progress(`${entry.contender.name}: ${entry.absent}`);
  }
  for (let round = 0; round < rounds; round++) {
    progress(`round ${round + 1} of ${rounds}`);
    for (const run of runs) {
      for (const entry of round % 2 === 0 ? entries : entries.toReversed())
        await attempt(entry, async () => {
          await setTimeout(REST_MS);
          const sample = await entry.running!.sample(run, leastMs);
          entry.samples.set(run, [...(entry.samples.get(run) ?? []), sample]);
        });
    }
  }
  for (const entry of entries)
    await attempt(entry, async () => {
      entry.facts = await entry.running!.facts();
      entry.running!.end();
    });
  return entries;
}
