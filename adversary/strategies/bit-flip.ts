import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const bitFlip: Strategy = {
  name: "bit-flip",
  summary: "a solver flips one bit in one segment; his accomplices attest it",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "bit" : undefined), attest: "claimed" };
  },
};
