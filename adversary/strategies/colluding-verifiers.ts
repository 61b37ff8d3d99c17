import { ToldVerifier } from "../attackers/told-verifier.ts";
import { Solver } from "../honest/solver.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** A false claim, and everybody who can be bought attests it. */
export const colludingVerifiers: Strategy = {
  name: "colluding-verifiers",
  summary: "The solver claims a false state, and the attacker's verifiers attest it without a replay.",
  async cast(stage, chance) {
    const solver = new Solver(stage.solver, stage.jobId, splicedClaims(stage, chance));
    const changes = { solver, ...stage.friendsAs(ToldVerifier) };
    return { parties: stage.cast(await stage.terms(), changes), coalition: [stage.solver, ...stage.friends] };
  },
};
