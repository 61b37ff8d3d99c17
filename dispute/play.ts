import { expectedMove, openingGame, type Claim, type Game, type Move, type RecordedMove } from "../protocol/index.ts";
import type { Judgement } from "./judge.ts";
import { playMove } from "./referee.ts";
import { DefectError } from "../common/index.ts";

/** One side of a game: chooses from what stands on the table. */
export type Player = (game: Game, history: readonly RecordedMove[]) => Move;

/** How a game in memory ended. */
export interface PlayedGame {
  readonly game: Game;
  readonly history: readonly RecordedMove[];
  readonly judgement: Judgement;
}

/** Plays a whole game in memory, by the rules of `referee.ts`. ROUNDS: a move each, at most 2·(2 + levels/6 + 2). */
export function playGame(claim: Claim, defender: Player, challenger: Player): PlayedGame {
  let game = openingGame(claim);
  const history: RecordedMove[] = [];
  for (;;) {
    const expected = expectedMove[game.phase];
    if (expected === null) throw new DefectError("no-verdict", "The game ended without a judgement.", { game });
    const move = (expected.side === "defender" ? defender : challenger)(game, history);
    const next = playMove(game, claim, move);
    history.push({ side: expected.side, before: game, move });
    game = next.game;
    if (next.judgement !== undefined) return { game, history, judgement: next.judgement };
  }
}
