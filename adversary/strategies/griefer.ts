import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

const count = 6;

export const griefer: Strategy = {
  name: "griefer",
  summary: "opens many games on a right claim and lets their clocks run out",
  coalition: coalitionOf(),
  plan: (prng) => ({
    closing: async (play) => {
      for (let i = 0; i < count; i++) await play.open("attacker", prng.below(segments), `0x${"77".repeat(32)}`);
    },
  }),
};
