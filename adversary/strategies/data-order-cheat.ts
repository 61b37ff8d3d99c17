import { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import { cut } from "../setting.ts";
import type { Strategy } from "../strategy.ts";

/** Trains on the data in the order of another seed. */
export const dataOrderCheat: Strategy = {
  name: "data-order-cheat",
  summary: "The solver trains the whole job on the data in another order.",
  async cast(stage, chance) {
    const { course } = stage;
    const seed = cut.seed + 1 + chance.below(1_000);
    const claims = Claims.of(course, (k, start) => course.cheat(k, start, { seed }));
    const solver = new Solver(stage.solver, stage.jobId, claims);
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
