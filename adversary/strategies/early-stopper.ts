import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const earlyStopper: Strategy = {
  name: "early-stopper",
  summary: "a solver stops training and commits the last state again and again",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const from = prng.below(segments);
    return { lie: (k) => (k >= from ? "stop" : undefined), attest: "claimed" };
  },
};
