import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { Command } from "commander";
import { OperatorError } from "../common/index.ts";
import {
  comparison,
  legend,
  simulate,
  tableOf,
  toChart,
  toCsv,
  variationsOfUsual,
  type Result,
  type Scenario,
} from "../simulation/index.ts";
import { print, progress, type Io } from "./io.ts";
import { folder, integer, withJson } from "./options.ts";

interface Options {
  readonly participants: number;
  readonly rounds: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

/** All of them, with a pause after each, in which the user may end it. @throws OperatorError `stopped` */
async function play(scenarios: readonly Scenario[], options: Options, io: Io): Promise<Result[]> {
  const bar = progress(io, "simulating", scenarios.length, "scenarios");
  const results: Result[] = [];
  try {
    for (const scenario of scenarios) {
      results.push(simulate(scenario, options.participants, options.rounds, options.seed));
      bar.update(results.length);
      await setImmediate();
      if (io.signal.aborted) throw new OperatorError("stopped", "The simulation was stopped before its end.");
    }
  } finally {
    bar.stop();
  }
  return results;
}

/** @param text what the file holds afterwards; what it holds already if left out @throws OperatorError `out-unwritable` */
function write(out: string, name: string, text?: string): string {
  const path = join(out, name);
  try {
    mkdirSync(out, { recursive: true });
    writeFileSync(path, text ?? "", { flag: text === undefined ? "a" : "w" });
  } catch (cause) {
    const message = `Cannot write ${path}: ${(cause as Error).message}; name another folder with --out.`;
    throw new OperatorError("out-unwritable", message, { path }, { cause });
  }
  return path;
}

async function run(options: Options, io: Io): Promise<void> {
  const { out, participants, rounds, seed } = options;
  // Before the work, so that none is lost where nothing can be written.
  for (const name of ["simulation.csv", "simulation.svg"]) write(out, name);
  const results = await play([...comparison, ...variationsOfUsual], options, io);
  const usual = results.slice(0, comparison.length);
  const files = {
    csv: write(out, "simulation.csv", toCsv(results)),
    chart: write(out, "simulation.svg", toChart(usual)),
  };
  const equilibria = results.map(({ scenario, equilibrium, sampled }) => ({ scenario, equilibrium, sampled }));
  print(io, options.json, { participants, rounds, seed, files, results: equilibria }, () => [
    ...tableOf(usual),
    "",
    "With one thing changed:",
    ...tableOf(results.slice(comparison.length)),
    "",
    ...legend,
    `Every round is in ${files.csv}, a chart in ${files.chart}.`,
  ]);
}

/** `pinpoint simulate`: what the rules make of people who follow their profit. */
export function simulateCommand(io: Io): Command {
  const command = new Command("simulate").description("simulate the market: which mechanism is worth its fee");
  return withJson(command)
    .option("--participants <number>", "solvers, verifiers and watchers together", integer(1_000, 1_000_000), 100_000)
    .option("--rounds <number>", "in each of which a tenth of them choose again", integer(3, 10_000), 300)
    .option("--seed <number>", "of all chance: the same seed gives the same figures", integer(0, 0xffffffff), 1)
    .option("--out <folder>", "where simulation.csv and simulation.svg are written", `${folder}/simulation`)
    .addHelpText(
      "after",
      "\nNo chain is needed. What is modelled, and what the shipped terms follow from: docs/simulation.md.\n\nExamples:\n" +
        "  pinpoint simulate\n  pinpoint simulate --participants 5000 --rounds 100 --seed 7 --out results --json",
    )
    .action((options: Options) => run(options, io));
}
