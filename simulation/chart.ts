import type { Result, Round } from "./simulate.ts";

const WIDTH = 760;
const PLOT = { left: 56, right: 736, height: 190 };
const TOPS = [84, 330];

/** Colours that the colour-blind tell apart; dashes, as two curves may lie on each other. */
const STYLES = [
  { colour: "#d55e00", dash: "none" },
  { colour: "#0072b2", dash: "none" },
  { colour: "#000000", dash: "5 4" },
  { colour: "#009e73", dash: "5 4" },
];

interface Panel {
  readonly title: string;
  readonly top: number;
  /** Of the vertical axis, a part of 1. */
  readonly most: number;
  readonly value: (round: Round) => number;
}

function text(x: number, y: number, anchor: "start" | "middle" | "end", words: string, size = 12): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}">${words}</text>`;
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#ccc"/>`;
}

function curve({ rounds }: Result, { top, most, value }: Panel, index: number): string {
  const step = (PLOT.right - PLOT.left) / Math.max(1, rounds.length - 1);
  const points = rounds.map((round, at) => {
    const height = PLOT.height * (1 - Math.min(1, value(round) / most));
    return `${(PLOT.left + at * step).toFixed(1)},${(top + height).toFixed(1)}`;
  });
  const { colour, dash } = STYLES[index % STYLES.length]!;
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" stroke-dasharray="${dash}" points="${points.join(" ")}"/>`;
}

function panel(of: Panel, results: readonly Result[]): string[] {
  const { title, top, most } = of;
  const bottom = top + PLOT.height;
  const marks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((part) => {
    const y = bottom - part * PLOT.height;
    return [
      line(PLOT.left, y, PLOT.right, y),
      text(PLOT.left - 6, y + 4, "end", `${+(100 * part * most).toFixed(1)} %`),
    ];
  });
  const last = results[0]!.rounds.length;
  return [
    text(PLOT.left, top - 10, "start", title, 14),
    ...marks,
    ...results.map((result, index) => curve(result, of, index)),
    text(PLOT.left, bottom + 16, "start", "round 1"),
    text(PLOT.right, bottom + 16, "end", `round ${last}`),
  ];
}

function legend(results: readonly Result[]): string[] {
  return results.flatMap(({ scenario }, index) => {
    const x = PLOT.left + index * 170;
    const { colour, dash } = STYLES[index % STYLES.length]!;
    const sample = `<line x1="${x}" y1="40" x2="${x + 28}" y2="40" stroke="${colour}" stroke-width="3" stroke-dasharray="${dash}"/>`;
    return [sample, text(x + 34, 44, "start", scenario.name)];
  });
}

/** Cheating and the cost of verification over the rounds, a curve for each result, as an SVG. */
export function toChart(results: readonly Result[]): string {
  const costs = results.flatMap(({ rounds }) => rounds.map((round) => round.verificationCost));
  const most = Math.max(0.05, Math.ceil(20 * Math.max(...costs)) / 20);
  const panels: Panel[] = [
    { title: "jobs whose solver cheats", top: TOPS[0]!, most: 1, value: (round) => round.cheating },
    { title: "fees of verification, of the price", top: TOPS[1]!, most, value: (round) => round.verificationCost },
  ];
  const height = TOPS[1]! + PLOT.height + 30;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    text(PLOT.left, 22, "start", "Which mechanism keeps solvers honest, and what it costs", 16),
    ...legend(results),
    ...panels.flatMap((each) => panel(each, results)),
    "</svg>",
    "",
  ].join("\n");
}
