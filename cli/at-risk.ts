import { formatEther } from "viem";
import { readOpinions } from "../daemon/index.ts";
import { readGamesAtRisk, riskTotals, type Chain, type GameAtRisk } from "../protocol/index.ts";
import { print, type Io } from "./io.ts";

/** UNITS: seconds to minutes and seconds. */
function clock(seconds: number): string {
  if (seconds < 0) return "over";
  const minutes = Math.floor(seconds / 60);
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

const headings = ["game", "job", "k", "phase", "to move", "left", "stake", "bond", "forecast", "next", "gas"] as const;

function row(risk: GameAtRisk): string[] {
  const { game, job, checkpoint, phase, toMove, secondsLeft, stake, bond, forecast, next } = risk;
  const place = [game, job, checkpoint, phase, toMove].map(String);
  const money = [formatEther(stake), formatEther(bond)];
  return [...place, clock(secondsLeft), ...money, forecast, `${next.action} by ${next.by}`, String(next.gas)];
}

function lines(games: readonly GameAtRisk[]): string[] {
  if (games.length === 0) return ["No game is open: nothing is at risk."];
  const rows = [[...headings], ...games.map(row)];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const { stakes, bonds } = riskTotals(games);
  const sum = (amounts: typeof stakes) => formatEther(amounts.win + amounts.lose + amounts.unknown);
  return [
    ...rows.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column]!)).join("  ").trimEnd()), // prettier-ignore
    `At risk: stakes of ${sum(stakes)} tokens, bonds of ${sum(bonds)} tokens.`,
  ];
}

/** The open games, of a job if one is named, with what they may cost whom. */
export async function tellAtRisk(
  chain: Chain,
  jobId: bigint | undefined,
  { data, json }: { readonly data?: string; readonly json?: boolean },
  io: Io,
): Promise<void> {
  const found = data === undefined ? undefined : readOpinions(data, chain.deployment);
  try {
    const all = await readGamesAtRisk(chain, { opinion: found?.opinion });
    const games = jobId === undefined ? all : all.filter(({ job }) => job === jobId);
    print(io, json, { totals: riskTotals(games), games }, () => lines(games));
  } finally {
    found?.close();
  }
}
