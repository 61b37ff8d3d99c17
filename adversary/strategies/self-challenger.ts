import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const selfChallenger: Strategy = {
  name: "self-challenger",
  summary: "a lying solver who is found out convicts himself first, to take the bounty",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return {
      lie: (k) => (k === at ? "bit" : undefined),
      attest: "claimed",
      disputed: async (play, k) => {
        const { trace } = play.right[k]!;
        await play.playGame(await play.open("attacker", k, trace.roots.at(-1)!), "attacker", trace);
      },
    };
  },
};
