import { coalitionOf, type Strategy } from "../strategy.ts";

export const everySegment: Strategy = {
  name: "every-segment",
  summary: "a solver lies in every segment; his accomplices attest it",
  coalition: coalitionOf("solver"),
  plan: () => ({ lie: () => "bit", attest: "claimed" }),
};
