import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import { segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";

/** Trains some segments, and repeats the state that they end in for all others. */
export const earlyStopper: Strategy = {
  name: "early-stopper",
  summary: "The solver stops training at some segment, and repeats his last state to the end.",
  async cast(stage, chance) {
    const { course } = stage;
    const stopped = chance.below(segments);
    const claims = Claims.of(
      course,
      (k, start) => (k < stopped ? undefined : course.cheat(k, start, { claimed: (_offset, _next, before) => before })),
      (k) => k < stopped,
    );
    const solver = new Solver(stage.solver, stage.jobId, claims);
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
