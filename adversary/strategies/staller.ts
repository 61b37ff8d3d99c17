import { Solver } from "../honest/solver.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Defends a false claim with every second that his clock has. */
export class Staller extends Solver {
  protected override moves({ job }: Look, game: GameState): boolean {
    return job.now >= job.toMove(game).until;
  }

  override wakes(look: Look): readonly number[] {
    const games = look.job.games.map((game) => look.job.toMove(game));
    const turns = games.filter(({ side }) => side === "defender").map(({ until }) => until);
    return [...super.wakes(look), ...turns];
  }
}

/** The clock bounds what it gains him, which is time. */
export const staller: Strategy = {
  name: "staller",
  summary: "The solver claims a false state, and answers in every game at the last second of his clock.",
  async cast(stage, chance) {
    const solver = new Staller(stage.solver, stage.jobId, splicedClaims(stage, chance));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
