import { wordOf, type State } from "../../engine/index.ts";
import type { Prng } from "../../common/index.ts";
import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import { cut, segments } from "../setting.ts";
import type { Stage } from "../stage.ts";
import type { Strategy } from "../strategy.ts";

/** The claims of a solver who skips one segment and puts other weights in place of its end. */
export function splicedClaims({ course }: Stage, chance: Prng): Claims {
  const skipped = chance.below(segments);
  const weights = Uint32Array.from({ length: 18 }, () => wordOf(chance.unit() * 2 - 1));
  const claimed = (offset: number, next: State): State => (offset === cut.interval - 1 ? [weights, next[1]!] : next);
  return Claims.of(
    course,
    (k, start) => (k === skipped ? course.cheat(k, start, { claimed }) : undefined),
    (k) => k !== skipped,
  );
}

/** Other weights put into the state: one segment is skipped, and the result is not what was trained. */
export const weightSplice: Strategy = {
  name: "weight-splice",
  summary: "The solver skips a segment and puts other weights into the state where it ends.",
  async cast(stage, chance) {
    const solver = new Solver(stage.solver, stage.jobId, splicedClaims(stage, chance));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
