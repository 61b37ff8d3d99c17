import { ConvictingFriend } from "../attackers/convicting-friend.ts";
import { Solver } from "../honest/solver.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Gambles that the false segment is not drawn; where it is, his friend takes the bounty before an honest verifier can. */
export const hedgingSolver: Strategy = {
  name: "hedging-solver",
  summary: "The solver claims a false state, and has his friend convict him as soon as it is drawn.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const solver = new Solver(stage.solver, stage.jobId, claims);
    const [friend] = stage.outsiders;
    const drawn = new ConvictingFriend(friend!, stage.jobId, claims, ({ job }, k) => job.drawn.includes(k));
    return {
      parties: stage.cast(await stage.terms(), { solver, more: [drawn] }),
      coalition: [stage.solver, friend!],
    };
  },
};
