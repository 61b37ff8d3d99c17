import { ToldVerifier } from "../attackers/told-verifier.ts";
import type { Strategy } from "../strategy.ts";

/** Nothing is false, and nothing shows that half of the attestations are worth nothing. */
export const toldVerifiers: Strategy = {
  name: "told-verifiers",
  summary: "An honest solver tells the attacker's verifiers the drawn states, and they replay nothing.",
  limit: "a true state that was told looks like one that was replayed; stakes count with the honest share for that",
  async cast(stage) {
    return {
      parties: stage.cast(await stage.terms(), stage.friendsAs(ToldVerifier)),
      coalition: [stage.solver, ...stage.friends],
    };
  },
};
