import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const withholder: Strategy = {
  name: "withholder",
  summary: "a lying solver does not open the drawn states either",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "stop" : undefined), attest: "none", opens: false };
  },
};
