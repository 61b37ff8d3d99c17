import { measureCalls } from "./calls.ts";
import type { Figures } from "./figure.ts";
import { measureGames } from "./games.ts";
import { measureJudgements } from "./judgements.ts";
import { measureMoves } from "./moves.ts";

/** Measures everything anew. ROUNDS: some 15 seconds. */
export async function measureGas(): Promise<Figures> {
  const parts = {
    calls: await measureCalls(),
    moves: await measureMoves(),
    judgements: await measureJudgements(),
  };
  return { ...parts, games: await measureGames(parts) };
}
