import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import { Submitter } from "../honest/submitter.ts";
import type { Look } from "../party.ts";
import { cut, segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Submits the job that goes on where another ended, while that one can still fall. */
class Heir extends Submitter {
  protected override ready(_job: Look["job"]): boolean {
    return this.#parentCloses;
  }
  #parentCloses = false;

  override async act(look: Look) {
    this.#parentCloses = look.jobOf(this.jobId - 1n).status === "Closing";
    return super.act(look);
  }
}

/** What is false in a parent is inherited; what convicts it ends the child, whose solver is paid. */
export const poisonedRestart: Strategy = {
  name: "poisoned-restart",
  summary: "The solver claims a false state, and an honest job starts from his last one.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const solver = new Solver(stage.solver, stage.jobId, claims);
    const start = claims.executions.at(-1)!.end;
    const childId = stage.jobId + 1n;
    const continued = { parent: stage.jobId, firstStep: cut.steps, initialStateRoot: stage.course.rootOf(start) };
    const child = new Solver(stage.secondSolver, childId, Claims.honest(stage.course, start, segments));
    const more = [
      new Heir(stage.secondSubmitter, childId, await stage.terms(continued)),
      child,
      ...stage.verifiers.map((account) => stage.verifier(account, child)),
    ];
    return { parties: stage.cast(await stage.terms(), { solver, more }), coalition: [stage.solver] };
  },
};
