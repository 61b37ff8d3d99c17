import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const weightSplice: Strategy = {
  name: "weight-splice",
  summary: "a solver starts a segment from other weights than the one before ended with",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "splice" : undefined), attest: "claimed" };
  },
};
