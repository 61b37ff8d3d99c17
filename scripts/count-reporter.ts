import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** A line for each test that failed: its full title and the first line of what it threw. */
  failures: string[];
}

/** Names the file that receives the `Counts` as JSON when the run ends. */
export const COUNTS_FILE_VARIABLE = "PINPOINT_TEST_COUNTS";

/** Mocha's usual output, and the totals in a file for whoever started the run. Mocha wants it as the default export. */
export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env[COUNTS_FILE_VARIABLE];
    if (file === undefined) return;
    const failures: string[] = [];
    runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test: Mocha.Runnable, error: unknown) => {
      const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
      failures.push(`${test.fullTitle()}: ${first}`);
    });
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes: passed, failures: failed, pending: skipped } = this.stats;
      writeFileSync(file, JSON.stringify({ passed, failed, skipped, failures } satisfies Counts));
    });
  }
}
