import { Solver } from "../honest/solver.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Serves no state to anybody. */
class Withholder extends Solver {
  override serve(): undefined {
    return undefined;
  }
}

/** ASSUMES: an honest verifier who is served no state replays the job from its first one, at his own cost. */
export const withheldCheckpoints: Strategy = {
  name: "withheld-checkpoints",
  summary: "The solver claims a false state, and serves none of his checkpoints.",
  async cast(stage, chance) {
    const solver = new Withholder(stage.solver, stage.jobId, splicedClaims(stage, chance));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
