import { attestSeat, sealSeat, type Call } from "../../protocol/index.ts";
import { Attempts } from "../attackers/attempts.ts";
import { Verifier } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import { sameAccount } from "../record.ts";
import type { Strategy } from "../strategy.ts";

/** Seals what another has sealed, and attests what the other attests. */
class Copier extends Verifier {
  readonly #attempts = new Attempts();

  protected override *seal({ chain, job }: Look): Iterable<Call> {
    for (const k of job.drawn) {
      if (!job.eligible(k, this.account) || job.seat(k, this.account).sealed !== undefined) continue;
      const copied = job.last("Sealed", { k })?.args.seal;
      if (copied !== undefined && this.#attempts.first(`seal ${k}`)) {
        yield sealSeat(chain.deployment, this.jobId, k, job.word!, copied);
      }
    }
  }

  protected override *attest(look: Look): Iterable<Call> {
    const { chain, job } = look;
    for (const k of this.seats(look)) {
      const others = job.all("Attested", { k }).filter(({ args }) => !sameAccount(args.verifier, this.account));
      for (const { args } of others) {
        if (!this.#attempts.first(`attest ${k} ${args.verifier}`)) continue;
        yield attestSeat(chain.deployment, this.jobId, k, args.root, args.truthHash);
      }
    }
  }

  protected override *accuse(_look: Look): Iterable<Call> {}
  protected override *dispute(_look: Look): Iterable<Call> {}
}

/** Without the hash's preimage, which names its author, a copied seal cannot be opened. */
export const copyingVerifier: Strategy = {
  name: "copying-verifier",
  summary: "Verifiers replay nothing: they seal what others sealed, and attest what these attest.",
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), stage.friendsAs(Copier)), coalition: stage.friends };
  },
};
