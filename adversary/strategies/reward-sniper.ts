import { parseEther } from "viem";
import { enrollVerifier, sealSeat } from "../../protocol/index.ts";
import { OperatorError } from "../../common/index.ts";
import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const rewardSniper: Strategy = {
  name: "reward-sniper",
  summary: "puts a large stake into the draws once a job is closing, for its seats alone",
  coalition: coalitionOf(),
  plan: () => ({
    attest: "honest",
    closing: async ({ arena, deployment, jobId }) => {
      const { root } = arena.secrets.get("attacker")!;
      await arena.act("attacker", enrollVerifier(deployment, parseEther("100000"), root));
      for (let k = 0; k < segments; k++) {
        const refused = await arena.refusal("attacker", sealSeat(deployment, jobId, k, root));
        if (refused === undefined) throw new OperatorError("sniped", "A stake that came late has a seat.", { k });
      }
    },
  }),
};
