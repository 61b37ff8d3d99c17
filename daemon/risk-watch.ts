import { gamesAtRisk, riskTotals, type GameView, type Side } from "../protocol/index.ts";
import { opinionIn } from "./findings.ts";
import { isFinished, sameAddress } from "./play.ts";
import type { Session } from "./session.ts";
import type { Head } from "./watcher.ts";

/** Keeps the metrics of the account's own open games, as one side, up to date. */
export function watchRisk(session: Session, side: Side): (games: readonly GameView[], head: Head) => void {
  const { chain, address, journal, metrics, tasks } = session;
  const opinion = opinionIn(journal);
  return (games, head) => {
    const open = games.filter((view) => sameAddress(view[side], address) && !isFinished(view));
    tasks.start("at-risk", async () => {
      const risks = await gamesAtRisk(chain, open, head.timestamp, opinion);
      metrics.gamesOpen.set({ side }, risks.length);
      metrics.riskOf(riskTotals(risks, address));
      const clocks = risks.filter(({ next }) => next.by === side).map(({ secondsLeft }) => secondsLeft);
      if (clocks.length === 0) metrics.leastClock.remove();
      else metrics.leastClock.set(Math.min(...clocks));
    });
  };
}
