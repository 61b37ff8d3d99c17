import { OperatorError } from "../../common/index.ts";
import { unbondStake } from "../../protocol/index.ts";
import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const unbonder: Strategy = {
  name: "unbonder",
  summary: "a lying solver unbonds everything that he can as soon as the job is closing",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return {
      lie: (k) => (k === at ? "bit" : undefined),
      attest: "claimed",
      closing: async ({ arena, deployment, solver, terms }) => {
        const { staked } = await arena.worth(solver);
        const locked = await arena.refusal(solver, unbondStake(deployment, staked));
        if (locked === undefined) throw new OperatorError("unbonded", "A locked stake was unbonded.", { staked });
        await arena.act(solver, unbondStake(deployment, staked - terms.stake));
      },
    };
  },
};
