import type { Call } from "../../protocol/index.ts";
import { Verifier, type Found } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import type { Strategy } from "../strategy.ts";

/** Replays nothing, and attests the only state of a segment that everybody knows: its end. */
export class AlwaysPass extends Verifier {
  protected override found(look: Look, k: number): Found {
    const truth = look.job.claim(k).endRoot;
    return { root: this.obeyed(look, k, truth), truth };
  }

  protected override *accuse(_look: Look): Iterable<Call> {}
}

/** The drawn state is one that only an execution of the segment gives. */
export const alwaysPass: Strategy = {
  name: "always-pass",
  summary: "Verifiers replay nothing, and attest the segment's public end.",
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(AlwaysPass)), coalition: stage.friends };
  },
};
