import type { Call } from "../../protocol/index.ts";
import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import type { Look } from "../party.ts";
import type { Strategy } from "../strategy.ts";

/** Does all that is asked of him but to open the drawn states. */
class Silent extends Solver {
  protected override *open(_look: Look): Iterable<Call> {}
}

/** Silence where an opening is owed convicts like a lost game. */
export const withheldState: Strategy = {
  name: "withheld-state",
  summary: "The solver trains honestly, and does not open the drawn states.",
  async cast(stage) {
    const solver = new Silent(stage.solver, stage.jobId, Claims.honest(stage.course));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
