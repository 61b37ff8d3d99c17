import { segments } from "../lies.ts";
import { coalitionOf, type Strategy } from "../strategy.ts";

export const beaconGrinder: Strategy = {
  name: "beacon-grinder",
  summary: "a lying solver closes the job at a moment of his choice; the word is of a block that is yet to come",
  coalition: coalitionOf("solver"),
  plan(prng) {
    const at = prng.below(segments);
    return {
      lie: (k) => (k === at ? "bit" : undefined),
      attest: "claimed",
      running: async ({ arena }, k) => {
        if (k === segments - 2) await arena.request("anvil_mine", `0x${(1 + prng.below(64)).toString(16)}`);
      },
    };
  },
};
