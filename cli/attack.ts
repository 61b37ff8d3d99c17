import { setImmediate } from "node:timers/promises";
import { Argument, Command, InvalidArgumentError } from "commander";
import { attack, legend, strategies, strategyNamed, tableOf, type StrategyReport } from "../adversary/index.ts";
import { OperatorError } from "../common/index.ts";
import { print, progress, table, type Io } from "./io.ts";
import { decimal, integer, withJson } from "./options.ts";

interface Options {
  readonly list?: boolean;
  readonly runs: number;
  readonly seed: number;
  readonly honestShare?: number;
  readonly json?: boolean;
}

function describe(report: StrategyReport): string[] {
  const { strategy, summary, limit, setting, seconds, games } = report;
  const known = limit === undefined ? [] : ["", `A known limit: ${limit}.`];
  const hours = (seconds / 3_600).toFixed(1);
  return [
    `${strategy}: ${summary}`,
    "",
    ...tableOf([report]),
    "",
    ...legend,
    `Honest share of the enrolled stake ${setting.honestShare}; a job takes ${hours} hours of the chain's time, with ${games.toFixed(1)} games.`,
    ...known,
  ];
}

async function play(name: string, options: Options, io: Io): Promise<void> {
  const strategy = strategyNamed(name);
  const { runs, seed, honestShare } = options;
  const bar = progress(io, strategy.name, 2 * runs, "runs");
  let done = 0;
  const onRun = async (): Promise<void> => {
    bar.update(++done);
    await setImmediate();
    if (io.signal.aborted) throw new OperatorError("stopped", "The attack was stopped before its end.");
  };
  try {
    const report = await attack(strategy, { runs, seed, onRun }, honestShare === undefined ? {} : { honestShare });
    bar.stop();
    print(io, options.json, report, describe);
  } finally {
    bar.stop();
  }
}

function list(options: Options, io: Io): void {
  const known = strategies.map(({ name, summary, limit }) => ({ name, summary, limit }));
  print(io, options.json, known, (all) => table(all.map((each) => [each.name, each.summary] as const)));
}

async function run(name: string | undefined, options: Options, io: Io): Promise<void> {
  if (options.list === true) return list(options, io);
  if (name === undefined) {
    throw new OperatorError("no-strategy", "Name a strategy to play; pinpoint attack --list shows them all.");
  }
  await play(name, options, io);
}

/** A part of the stake that leaves something to both sides. */
function share(text: string): number {
  const value = decimal(text);
  if (value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Give a number between 0 and 1.");
}

/** `pinpoint attack`: a dishonest strategy against honest parties, on a local network of its own. */
export function attackCommand(io: Io): Command {
  const command = new Command("attack")
    .description("play a dishonest strategy against honest parties, on a local network that it starts and stops")
    .addArgument(new Argument("[strategy]", "one that --list names"))
    .option("--list", "the strategies, and what they do")
    .option("--runs <number>", "jobs with the attacker, and as many without", integer(1, 100_000), 10)
    .option("--seed <number>", "of all chance: the same seed gives the same figures", integer(0, 0xffffffff), 1)
    .option("--honest-share <share>", "part of the enrolled stake that is honest (0.5)", share);
  return withJson(command)
    .addHelpText(
      "after",
      "\nNothing leaves this machine. What the figures mean, and all strategies' at once: docs/adversary.md.\n\nExamples:\n" +
        "  pinpoint attack --list\n  pinpoint attack weight-splice\n  pinpoint attack griefer --runs 50 --seed 7 --json",
    )
    .action((name: string | undefined, options: Options) => run(name, options, io));
}
