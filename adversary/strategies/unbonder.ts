import { unbondStake, withdrawStake, type Call } from "../../protocol/index.ts";
import { Attempts } from "../attackers/attempts.ts";
import { Solver } from "../honest/solver.ts";
import type { Look } from "../party.ts";
import type { Strategy } from "../strategy.ts";
import { depositedEach } from "../stage.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Asks for all of his stake back while it answers for a job. */
class Unbonder extends Solver {
  readonly #attempts = new Attempts();

  protected override *calls(look: Look): Iterable<Call> {
    const { chain, job } = look;
    const moments = ["Running", "Closing"].includes(job.status) && this.#attempts.first(job.status);
    if (moments) {
      yield unbondStake(chain.deployment, depositedEach);
      yield withdrawStake(chain.deployment);
    }
    yield* super.calls(look);
  }
}

/** What is locked cannot be unbonded, and what unbonds can be slashed. */
export const unbonder: Strategy = {
  name: "unbonder",
  summary: "The solver claims a false state, and tries to take his stake away before the dispute.",
  async cast(stage, chance) {
    const solver = new Unbonder(stage.solver, stage.jobId, splicedClaims(stage, chance));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
