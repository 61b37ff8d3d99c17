import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const staller: Strategy = {
  name: "staller",
  summary: "a lying solver answers every move in the last seconds of his clock",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "bit" : undefined), attest: "claimed", defends: "late" };
  },
};
