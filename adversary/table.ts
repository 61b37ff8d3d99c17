import type { Estimate, HonestReport, StrategyReport } from "./report.ts";

/** Two digits after the point, and two more where these would hide what is not nothing. */
function number(value: number): string {
  const digits = Math.abs(value) >= 0.01 || Math.abs(value) < 0.00005 ? 2 : 4;
  return value.toFixed(digits).replace(/^-(0\.0*)$/, "$1");
}

function estimate({ mean, error }: Estimate): string {
  return `${number(mean)} ± ${number(error)}`;
}

/** Columns: their headings, and what they say of a strategy. */
const columns: readonly (readonly [heading: string, text: (report: StrategyReport) => string])[] = [
  ["strategy", ({ strategy }) => strategy],
  ["caught", ({ caught, runs }) => `${caught}/${runs}`],
  ["refused", ({ refused }) => String(refused)],
  ["false result stands", ({ stands }) => String(stands)],
  ["attacker's gain", ({ gain }) => estimate(gain)],
  ["when caught", ({ caught, gainCaught }) => (caught === 0 ? "-" : number(gainCaught.mean))],
  ["when not", ({ caught, runs, gainUncaught }) => (caught === runs ? "-" : number(gainUncaught.mean))],
  ["cost to the honest", ({ honestCost }) => estimate(honestCost)],
  ["false slashes", ({ falseSlashes }) => String(falseSlashes)],
];

/** What the columns mean. */
export const legend: readonly string[] = [
  "Amounts are in what a segment costs its solver, ± standard error; the job has eight segments and pays eight.",
  "caught: the attacker lost a stake or a bond. refused: only calls of his were refused. gain: change of all his accounts over",
  "what the honest course gives them, gas and executed segments included, and 8 for a false result that stands.",
];

/** Rows of one width, the first column to the left. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("  ")
      .trimEnd(),
  );
}

/** The reports as lines of text. */
export function tableOf(reports: readonly StrategyReport[]): string[] {
  return aligned([
    columns.map(([heading]) => heading),
    ...reports.map((report) => columns.map(([, text]) => text(report))),
  ]);
}

/** The reports as a table in Markdown. */
export function markdownOf(reports: readonly StrategyReport[]): string[] {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const headings = columns.map(([heading]) => heading);
  const name = (report: StrategyReport) => (text: string, column: number) =>
    column === 0 ? `\`${report.strategy}\`` : text;
  return [
    row(headings),
    row(headings.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...reports.map((report) => row(columns.map(([, text]) => text(report)).map(name(report)))),
  ];
}

/** Honest runs as one sentence. */
export function honestSentence({ runs, crashes, late, reorganisations, settled, falseSlashes }: HonestReport): string {
  return `${runs} honest runs, ${crashes} crashes, ${late} late calls, ${reorganisations} reorganisations: ${settled} settled, ${falseSlashes} false slashes.`;
}
