/** What one process is there to run, again and again. */
export interface Subject {
  /** What else is worth saying about it, once the runs are over. */
  readonly facts: () => Readonly<Record<string, unknown>>;
  /** By name. A run is what one figure is about: a step, a product. */
  readonly runs: Readonly<Record<string, () => void | Promise<void>>>;
}

/** What is measured of a run. UNITS: ms each run. */
export interface Sample {
  readonly wallMs: number;
  /** Of all threads together: on a busy machine it says more than the clock does, unless threads wait by turning. */
  readonly cpuMs: number;
}

/** One line to a process that measures, and one line back. */
export type Request =
  { readonly prepare: unknown } | { readonly run: string; readonly leastMs: number } | { readonly facts: true };
export type Reply =
  | { readonly ready: true }
  | { readonly absent: string }
  | Sample
  | { readonly facts: Readonly<Record<string, unknown>> };

/** Repeats a run for at least some time. */
export async function sample(run: () => void | Promise<void>, leastMs: number): Promise<Sample> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let runs = 0;
  do {
    await run();
    runs++;
  } while (performance.now() - start < leastMs);
  const elapsed = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: elapsed / runs, cpuMs: (user + system) / 1_000 / runs };
}
