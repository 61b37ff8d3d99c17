import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const learningRate: Strategy = {
  name: "learning-rate",
  summary: "a solver trains at twice the learning rate from one segment on",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const from = prng.below(segments);
    return { lie: (k) => (k >= from ? "rate" : undefined), attest: "claimed" };
  },
};
