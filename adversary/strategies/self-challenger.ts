import { ConvictingFriend } from "../attackers/convicting-friend.ts";
import { Solver } from "../honest/solver.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** The bounty and the gas come back, the rest of the stake is burned. */
export const selfChallenger: Strategy = {
  name: "self-challenger",
  summary: "The solver claims a false state so that his friend convicts him for the bounty.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const solver = new Solver(stage.solver, stage.jobId, claims);
    const [friend] = stage.outsiders;
    const more = [new ConvictingFriend(friend!, stage.jobId, claims, () => true)];
    return { parties: stage.cast(await stage.terms(), { solver, more }), coalition: [stage.solver, friend!] };
  },
};
