import { writeFileSync } from "node:fs";
import { Command, InvalidArgumentError, Option } from "commander";
import { Laboratory, strategies, type Finding, type Strategy } from "../adversary/index.ts";
import { OperatorError } from "../common/index.ts";
import { print, progress, table, type Io } from "./io.ts";
import { integer, withJson } from "./options.ts";

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly all?: boolean;
  readonly list?: boolean;
  readonly honest?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** What befalls each action of honest parties: a hundredth each. UNITS: `awaySeconds` in seconds. */
const trouble = { crash: 0.01, reorganisation: 0.01, slow: 0.01, awaySeconds: 1_800 };

function named(name: string): Strategy {
  const found = strategies.find((strategy) => strategy.name === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`There is no strategy "${name}": pinpoint attack --list names them all.`);
}

const digits = (value: number): string => (Math.abs(value) < 0.0005 ? "0" : value.toFixed(3));

function lines(findings: readonly Finding[]): string[] {
  const head = ["strategy", "detected", "attacker's gain", "±", "honest cost", "false slashes"];
  const rows = findings.map((each) => [
    each.strategy,
    `${each.detected} of ${each.runs}`,
    digits(each.attackerGain),
    digits(each.error),
    digits(each.honestCost),
    String(each.falseSlashes),
  ]);
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((cells) => cells[column]!.length)));
  return all.map((cells) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join("  "),
  );
}

const legend = [
  "Gains and costs in tokens a run, beside honest runs: balances, gas at the terms' rate, segments computed at their price, and",
  "for a false result that is final its whole value at risk. Detected: the solver was convicted.",
];

/** @throws OperatorError `stopped` */
function stopIf(io: Io): void {
  if (io.signal.aborted) throw new OperatorError("stopped", "The attacks were stopped before their end.");
}

async function run(name: string | undefined, options: Options, io: Io): Promise<void> {
  if (options.list === true) {
    const listed = strategies.map((each) => ({ name: each.name, summary: each.summary }));
    return print(io, options.json, listed, () => table(listed.map((each) => [each.name, each.summary])));
  }
  if (name === undefined && options.all !== true && options.honest === undefined)
    throw new InvalidArgumentError("Name a strategy, or --all, or --honest <runs>; --list names them.");
  const chosen = options.all === true ? strategies : name === undefined ? [] : [named(name)];
  const laboratory = await Laboratory.open(options.seed);
  const total = (chosen.length === 0 ? 0 : options.runs * (chosen.length + 1)) + (options.honest ?? 0);
  const bar = progress(io, "attacking", total, "runs");
  let done = 0;
  const onRun = (): void => {
    bar.update(++done);
    stopIf(io);
  };
  try {
    const baseline = chosen.length === 0 ? [] : await laboratory.baseline(options.runs, onRun);
    const findings: Finding[] = [];
    for (const strategy of chosen) findings.push(await laboratory.judge(strategy, baseline, onRun));
    const honest = options.honest === undefined ? undefined : await laboratory.troubled(options.honest, trouble, onRun);
    const terms = baseline.length === 0 ? undefined : Laboratory.termsOf(baseline);
    const report = { seed: options.seed, terms, findings, honest: honest && { trouble, ...honest } };
    if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(report, null, 2)}\n`);
    bar.stop();
    print(io, options.json, report, () => [
      ...(findings.length === 0 ? [] : [...lines(findings), "", ...legend]),
      ...(honest === undefined
        ? []
        : [
            `${honest.runs} honest runs, ${honest.settled} settled, ${honest.falseSlashes} with an honest party slashed: ${honest.actions} actions,`,
            `${honest.crashes} crashes of half an hour, ${honest.reorganisations} reorganisations, ${honest.late} transactions late by up to 8 blocks.`,
          ]),
    ]);
  } finally {
    bar.stop();
    await laboratory.close();
  }
}

/** `pinpoint attack`: strategies of dishonest parties against honest ones, on a chain of its own. */
export function attackCommand(io: Io): Command {
  return withJson(
    new Command("attack")
      .description("play a dishonest strategy against honest parties on a local chain, and say what it came to")
      .argument("[strategy]", "its name")
      .option("--list", "name all strategies")
      .option("--all", "play them all")
      .option("--runs <number>", "jobs that are played of each", integer(1, 100_000), 10)
      .option("--seed <number>", "of all chance", integer(0, 2 ** 31 - 1), 1)
      .addOption(
        new Option(
          "--honest <runs>",
          "besides, honest runs with crashes, reorganisations and late transactions",
        ).argParser(integer(1, 1_000_000)),
      )
      .option("--out <file>", "where to write the report as JSON too"),
  )
    .addHelpText(
      "after",
      "\nExamples:\n  pinpoint attack --list\n  pinpoint attack self-challenger --runs 30\n  pinpoint attack --all --runs 100 --honest 1000 --out report.json",
    )
    .action((name: string | undefined, options: Options) => run(name, options, io));
}
