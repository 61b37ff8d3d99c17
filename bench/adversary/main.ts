/**
 * Plays every strategy, and honest runs in rough weather: `npm run bench:attack`, optionally `-- --runs <number> --honest
 * <number> --seed <number>`, or `-- --only <strategy>` (repeated) for some of them, whose results replace the earlier ones.
 * Writes bench/results/adversary.json, and the tables of docs/adversary.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  honestSentence,
  markdownOf,
  settingOf,
  strategies,
  tableOf,
  usualRoughness,
  usualSetting,
  type HonestReport,
  type StrategyReport,
} from "../../adversary/index.ts";
import { inLanes, perform, type Task } from "./tasks.ts";

const number = (usual: string) => ({ type: "string", default: usual }) as const;
const only = { type: "string", multiple: true } as const;
const { values } = parseArgs({ options: { runs: number("200"), honest: number("1000"), seed: number("1"), only } });
const [runs, honest, seed] = [Number(values.runs), Number(values.honest), Number(values.seed)];
const root = join(import.meta.dirname, "..", "..");
const started = Date.now();
const played = strategies.filter(({ name }) => values.only?.includes(name) ?? true);

/** Runs of one process: a chain gets slower as it gets longer. */
const together = 125;

function say(text: string): void {
  console.log(`[${String(Math.round((Date.now() - started) / 1_000)).padStart(5)} s] ${text}`);
}

async function honestRuns(): Promise<HonestReport> {
  const parts = Array.from({ length: Math.ceil(honest / together) }, (_, part): Task => {
    const left = Math.min(together, honest - part * together);
    return { kind: "honest", setting: usualSetting, runs: left, seed: seed + 1_000 + part };
  });
  const reports = await inLanes(parts, (task) => perform<HonestReport>(task));
  const sum = (name: keyof HonestReport): number => reports.reduce((total, report) => total + report[name], 0);
  const names = ["runs", "settled", "falseSlashes", "refused", "games", "crashes", "late", "reorganisations"] as const;
  return Object.fromEntries(names.map((name) => [name, sum(name)])) as unknown as HonestReport;
}

async function attacks(): Promise<StrategyReport[]> {
  const settings = new Map(played.map((strategy) => [JSON.stringify(settingOf(strategy)), settingOf(strategy)]));
  const baselines = await inLanes([...settings], async ([key, setting]) => {
    return [key, await perform<[`0x${string}`, number][]>({ kind: "baseline", setting, runs, seed })] as const;
  });
  const known = new Map(baselines);
  return inLanes(played, async (strategy) => {
    const baseline = known.get(JSON.stringify(settingOf(strategy)))!;
    const report = await perform<StrategyReport>({ kind: "attack", strategy: strategy.name, baseline, runs, seed });
    say(tableOf([report])[1]!);
    return report;
  });
}

/** Puts lines between two marks of a document. */
function fill(document: string, mark: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [before, rest] = document.split(begin) as [string, string];
  return [before, begin, "\n\n", lines.join("\n"), "\n\n", end, rest.split(end)[1]].join("");
}

/** What is written to bench/results. */
interface Results {
  readonly roughness: typeof usualRoughness;
  readonly honest: HonestReport;
  readonly strategies: readonly StrategyReport[];
}

/** The new results, and of an earlier file those of the strategies that were not played. */
async function results(file: string): Promise<Results> {
  const reports = await attacks();
  if (values.only === undefined) {
    const honest = await honestRuns();
    say(honestSentence(honest));
    return { roughness: usualRoughness, honest, strategies: reports };
  }
  const before = JSON.parse(readFileSync(file, "utf8")) as Results;
  const all = [...reports, ...before.strategies];
  const merged = strategies.flatMap(({ name }) => all.find(({ strategy }) => strategy === name) ?? []);
  return { ...before, strategies: merged };
}

const file = join(root, "bench", "results", "adversary.json");
const all = await results(file);
writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
const page = join(root, "docs", "adversary.md");
let document = readFileSync(page, "utf8");
document = fill(document, "attacks", markdownOf(all.strategies.filter(({ limit }) => limit === undefined)));
document = fill(document, "limits", markdownOf(all.strategies.filter(({ limit }) => limit !== undefined)));
document = fill(document, "honest", [honestSentence(all.honest)]);
writeFileSync(page, document);
console.log(tableOf(all.strategies).join("\n"));
