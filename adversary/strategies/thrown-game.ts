import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const thrownGame: Strategy = {
  name: "thrown-game",
  summary: "a friend of a lying solver disputes first and says nothing more, to lose on purpose",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return {
      lie: (k) => (k === at ? "bit" : undefined),
      attest: "claimed",
      closing: async (play) => void (await play.open("attacker", at, `0x${"77".repeat(32)}`)),
    };
  },
};
