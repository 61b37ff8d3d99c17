import type { Result } from "./simulate.ts";

type Column = readonly [title: string, cell: (result: Result) => string];

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

const columns: readonly Column[] = [
  ["mechanisms", ({ scenario }) => scenario.name],
  ["variation", ({ scenario }) => scenario.variation],
  ["cheating", ({ equilibrium }) => percent(equilibrium.cheating)],
  ["lazy", ({ equilibrium }) => percent(equilibrium.lazy)],
  ["dishonest", ({ equilibrium }) => percent(equilibrium.dishonest)],
  ["found", ({ equilibrium }) => percent(equilibrium.found)],
  ["fees", ({ equilibrium }) => percent(equilibrium.verificationCost)],
  ["stakes", ({ equilibrium }) => percent(equilibrium.stakeCost)],
  ["jackpots", ({ equilibrium }) => equilibrium.jackpotsPaid.toFixed(2)],
  ["false slashes", ({ sampled }) => String(sampled.falseSlashes)],
];

/** What the columns of `tableOf` mean. */
export const legend: readonly string[] = [
  "cheating: jobs whose solver cheats. lazy, dishonest: verifiers who never replay, or attest what a cheater hands them.",
  "found: chance that a drawn false segment is found. fees, stakes: what verification and locked stakes cost, of the price.",
  "jackpots: paid a job, in replays of a segment. false slashes: of who followed the rules, in 1,000 sampled jobs.",
];

/** One line a scenario, under a header, all columns aligned; the variation only where there is one. */
export function tableOf(results: readonly Result[]): string[] {
  const shown = columns.filter(
    ([title]) => title !== "variation" || results.some(({ scenario }) => scenario.variation !== ""),
  );
  const rows = [shown.map(([title]) => title), ...results.map((result) => shown.map(([, cell]) => cell(result)))];
  const widths = shown.map((_, index) => Math.max(...rows.map((row) => row[index]!.length)));
  const isText = (index: number): boolean => ["mechanisms", "variation"].includes(shown[index]![0]);
  return rows.map((row) =>
    row.map((cell, index) => (isText(index) ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!))).join("  "),
  );
}
