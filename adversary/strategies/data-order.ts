import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const dataOrder: Strategy = {
  name: "data-order",
  summary: "a solver trains on samples in another order from one segment on",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const from = prng.below(segments);
    return { lie: (k) => (k >= from ? "order" : undefined), attest: "claimed" };
  },
};
