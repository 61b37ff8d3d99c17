import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import type { Strategy } from "../strategy.ts";

/** Trains at twice the learning rate. */
export const learningRateCheat: Strategy = {
  name: "learning-rate-cheat",
  summary: "The solver trains the whole job at another learning rate.",
  async cast(stage) {
    const { course } = stage;
    const claims = Claims.of(course, (k, start) => course.cheat(k, start, {}, true));
    const solver = new Solver(stage.solver, stage.jobId, claims);
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
