import { writeFileSync } from "node:fs";
import Mocha from "mocha";

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Names the file that receives the `Counts` as JSON when the run ends. */
export const COUNTS_FILE_VARIABLE = "PINPOINT_TEST_COUNTS";

/** Mocha's usual output, and the totals in a file for whoever started the run. Mocha wants it as the default export. */
export default class CountReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env[COUNTS_FILE_VARIABLE];
    if (file === undefined) return;
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const { passes, failures, pending } = this.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending } satisfies Counts));
    });
  }
}
