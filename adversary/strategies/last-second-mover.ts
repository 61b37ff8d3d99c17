import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const lastSecondMover: Strategy = {
  name: "last-second-mover",
  summary: "disputes a right claim and plays to its judgement, every move in the last seconds",
  coalition: coalitionOf(),
  plan: (prng) => ({
    closing: async (play) => {
      const k = prng.below(segments);
      const { trace } = play.right[k]!;
      const gameId = await play.open("attacker", k, `0x${"77".repeat(32)}`);
      const aim = { step: trace.subject.claim.firstStep + 1, operator: 4, element: 2 };
      await play.playGame(gameId, "attacker", trace, aim, true);
    },
  }),
};
