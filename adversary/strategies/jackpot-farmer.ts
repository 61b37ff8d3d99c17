import type { Hex } from "viem";
import { accusationSealOf, accuseSeat, type Call } from "../../protocol/index.ts";
import { Verifier } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import { sameAccount } from "../record.ts";
import type { Strategy } from "../strategy.ts";

/** Replays his seats honestly, and accuses every attestation of the job, whether he knows better or not. */
class Farmer extends Verifier {
  protected override *accuse(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const { k, verifier } of job.all("Attested").map(({ args }) => args)) {
      if (sameAccount(verifier, this.account)) continue;
      if (job.last("Accused", { k, verifier, accuser: this.account }) !== undefined) continue;
      const truth = this.accusedWith(look, k);
      const seal = accusationSealOf(this.jobId, k, verifier, this.account, truth, this.salt(k, verifier));
      yield accuseSeat(chain.deployment, this.jobId, k, verifier, seal);
    }
  }

  protected override accusedWith(look: Look, k: number): Hex {
    return this.seats(look).includes(k) ? this.found(look, k)!.truth : look.job.claim(k).endRoot;
  }
}

/** An accusation is a bond, and most attestations are right. */
export const jackpotFarmer: Strategy = {
  name: "jackpot-farmer",
  summary: "Verifiers accuse every attestation, so that the jackpots of all forced errors are theirs.",
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(Farmer)), coalition: stage.friends };
  },
};
