import { Claims } from "../course.ts";
import type { Hand } from "../honest/challenger.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import type { Strategy } from "../strategy.ts";
import { Griefer } from "./griefer.ts";

/** Opens his games in the last second of the window, and moves in the last one of his clock. */
class LastSecond extends Griefer {
  protected override opens({ job }: Look): boolean {
    return job.status === "Closing" && job.now === job.windowEnd - 1;
  }

  protected override hand(look: Look, game: GameState): Hand | undefined {
    return look.job.now >= look.job.toMove(game).until ? super.hand(look, game) : undefined;
  }

  override wakes({ job }: Look): readonly number[] {
    if (job.status !== "Closing") return [];
    const turns = job.games.map((game) => job.toMove(game)).filter(({ side }) => side === "challenger");
    return [job.windowEnd - 1, ...turns.map(({ until }) => until)];
  }
}

/** An honest claim is paid later, by the time that the proven bound of a game allows. */
export const lastSecond: Strategy = {
  name: "last-second",
  summary: "An outsider disputes honest claims in the window's last second, and moves in his clock's last second.",
  async cast(stage, chance) {
    const [account] = stage.outsiders;
    const more = [new LastSecond(account!, stage.jobId, Claims.honest(stage.course), chance, 2)];
    return { parties: stage.cast(await stage.terms(), { more }), coalition: [account!] };
  },
};
