import { expectedMove, phases } from "../../protocol/index.ts";
import { Arena, verdict } from "../contracts/support/games.ts";
import type { ToyShape } from "../contracts/support/toy.ts";
import { freshWorld } from "../contracts/support/world.ts";
import type { Figure } from "./figure.ts";

/** Reveals of 64 nodes and proofs of six, in every round of both descents; the last one of each pick is picked. */
const largest: ToyShape = {
  steps: 4_096,
  grid: 64,
  step: 4_095,
  left: 4_096,
  right: 2,
  onRight: false,
  operator: 4_095,
  words: 4_096 * 256,
  dtype: 1,
  chunk: 4_095,
};

/** Every move of a game whose reveals are as large as a reveal can be: the dearest of its phase. */
export async function measureMoves(): Promise<Figure[]> {
  const world = await freshWorld();
  const arena = await Arena.create(world, { gasCap: 100_000_000, stake: 10n ** 13n }, largest);
  const gameId = await arena.open();
  await arena.setVerdict(verdict.challengerWrong);
  const dearest = new Map<string, number>();
  for (;;) {
    const phase = phases[(await arena.game(gameId)).phase]!;
    const move = expectedMove[phase];
    if (move === null || phase === "Judgement") break;
    const { gasUsed } = await arena.move(gameId);
    const name = `${move.type} in ${phase}`;
    dearest.set(name, Math.max(Number(gasUsed), dearest.get(name) ?? 0));
  }
  return [...dearest].map(([name, gas]) => ({ name, gas }));
}
