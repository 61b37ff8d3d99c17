import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const colludingVerifiers: Strategy = {
  name: "colluding-verifiers",
  summary: "a solver skips a segment and tells his verifiers the drawn state, so that they pass the attention check",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "stop" : undefined), attest: "claimed" };
  },
};
