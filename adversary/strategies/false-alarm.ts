import { zeroHash } from "viem";
import type { Call } from "../../protocol/index.ts";
import { Verifier, type Found } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import type { Strategy } from "../strategy.ts";

/** Attests that honest segments fail, and disputes them, since a failure that nobody disputes costs the seat's stake. */
class Alarmist extends Verifier {
  protected override found(_look: Look, _k: number): Found {
    return { root: zeroHash, truth: zeroHash };
  }

  protected override *dispute(look: Look): Iterable<Call> {
    for (const k of this.seats(look)) {
      if (!this.games.opened(look, k)) yield this.games.open(look, k, this.replayed(look, k).own);
    }
  }

  protected override *accuse(_look: Look): Iterable<Call> {}
}

/** The seat's stake is free again after the lost game, and its bond is not. */
export const falseAlarm: Strategy = {
  name: "false-alarm",
  summary: "Verifiers attest that every segment fails, and lose the games that they have to open for it.",
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(Alarmist)), coalition: stage.friends };
  },
};
