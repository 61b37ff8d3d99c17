import { globSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { OperatorError } from "../common/index.ts";
import { breakIn, Journal, resetBreak, type Break } from "../daemon/index.ts";
import { print, type Io } from "./io.ts";
import { withJson } from "./options.ts";

interface Options {
  readonly data: string;
  readonly reset?: boolean;
  readonly json?: boolean;
}

interface Found {
  readonly journal: string;
  readonly break: Break | null;
}

/** The break in each journal of a data folder, as it was before a reset. Errors: OperatorError `no-journal`, `journal-open`. */
function look({ data, reset }: Options): Found[] {
  const names = globSync("journal-*.sqlite", { cwd: data }).toSorted();
  if (names.length === 0) {
    const message = `There is no journal in ${data}: name the data folder of a solver or verifier that was started.`;
    throw new OperatorError("no-journal", message, { data });
  }
  return names.map((name) => {
    const journal = new Journal(join(data, name), { readOnly: reset !== true });
    const found = breakIn(journal) ?? null;
    if (reset === true) resetBreak(journal);
    journal.close();
    return { journal: name, break: found };
  });
}

function line({ journal, break: found }: Found, reset: boolean | undefined): string {
  if (found === null) return `${journal}: whole`;
  return `${journal}: broken since ${found.at}, as ${found.cause}${reset === true ? "; reset" : ""}`;
}

/** `pinpoint breaker`: shows and resets what keeps a daemon from new risks. */
export function breakerCommand(io: Io): Command {
  const command = new Command("breaker")
    .description("show, or reset, what keeps a daemon that lost a game from new jobs and disputes")
    .requiredOption("--data <folder>", "data folder of the daemon, which may be running")
    .option("--reset", "let it accept jobs and open disputes again");
  return withJson(command)
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint breaker --data .pinpoint/solver\n  pinpoint breaker --data .pinpoint/solver --reset",
    )
    .action((options: Options) => {
      const found = look(options);
      print(io, options.json, found, () => found.map((each) => line(each, options.reset)));
    });
}
