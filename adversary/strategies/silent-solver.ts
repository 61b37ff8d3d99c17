import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const silentSolver: Strategy = {
  name: "silent-solver",
  summary: "a lying solver answers no dispute",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return { lie: (k) => (k === at ? "bit" : undefined), attest: "claimed", defends: "silent" };
  },
};
