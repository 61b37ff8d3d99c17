/** Measures our engines beside the libraries that people know: `npm run bench -- --help`. */
import { Command, InvalidArgumentError } from "commander";
import { groups, type Group } from "./groups.ts";
import { thisMachine } from "./measure/machine.ts";
import { rowLines } from "./print.ts";
import { writeRows } from "./results.ts";

interface Options {
  readonly only: readonly string[];
  readonly without: readonly string[];
  readonly rounds?: number;
  readonly quick?: boolean;
  readonly json?: boolean;
}

const allRows = groups.flatMap(({ name, rows }) => rows.map((row) => `${name}/${row}`));

function prefixes(text: string): string[] {
  const given = text.split(",");
  const unknown = given.filter((prefix) => !allRows.some((row) => row.startsWith(prefix)));
  if (unknown.length > 0) throw new InvalidArgumentError(`No row begins with ${unknown.join(" or ")}.`);
  return given;
}

function count(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new InvalidArgumentError("Give a number of rounds, at least 1.");
}

function chosen({ name, rows, quick }: Group, options: Options): string[] {
  const able = options.quick === true ? quick : rows;
  return able.filter(
    (row) => options.only.length === 0 || options.only.some((prefix) => `${name}/${row}`.startsWith(prefix)),
  );
}

async function run(options: Options): Promise<void> {
  const machine = thisMachine();
  const pace = {
    without: options.without,
    rounds: options.rounds ?? (options.quick === true ? 2 : 7),
    leastMs: options.quick === true ? 20 : 200,
    progress: (message: string) => console.error(message),
  };
  const results: Record<string, unknown> = { machine };
  if (options.json !== true) console.log(JSON.stringify(machine));
  for (const group of groups) {
    const names = chosen(group, options);
    if (names.length === 0) continue;
    const rows = await group.measure(names, pace);
    results[group.name] = rows;
    // A smoke run is no result.
    if (options.quick !== true) writeRows(group.name, machine, rows);
    if (options.json !== true) console.log([`\n${group.title}`, ...rows.flatMap(rowLines)].join("\n"));
  }
  if (options.json === true) console.log(JSON.stringify(results, null, 2));
}

await new Command("npm run bench --")
  .description(
    "Measures contenders in turns, prints medians (with quarters) and ratios, and writes bench/results. Times are ms by the clock, then of the processor.",
  )
  .option("--only <rows>", "rows whose names begin so, separated by commas", prefixes, [])
  .option("--without <names>", "contenders whose names begin so, separated by commas", (text) => text.split(","), [])
  .option("--rounds <n>", "turns of each contender; 7 if left out", count)
  .option("--quick", "a smoke run: few rows, short turns, nothing written")
  .option("--json", "print everything as JSON")
  .addHelpText("after", `\nRows:\n${allRows.map((row) => `  ${row}`).join("\n")}`)
  .action(run)
  .parseAsync();
