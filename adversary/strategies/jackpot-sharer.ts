import type { Address } from "viem";
import type { Hex } from "viem";
import { accusationSealOf, accuseSeat, type Call } from "../../protocol/index.ts";
import { Verifier } from "../honest/verifier.ts";
import type { Look } from "../party.ts";
import type { Stage } from "../stage.ts";
import type { Strategy } from "../strategy.ts";

/** Has his own forced errors caught by an accomplice, who knows the truth from him. */
class Sharer extends Verifier {
  /** The one whose errors he catches. */
  accomplice!: Sharer;

  protected override *accuse(look: Look): Iterable<Call> {
    yield* super.accuse(look);
    const { chain, job } = look;
    for (const k of this.accomplice.seats(look)) {
      const verifier = this.accomplice.account;
      const attested = job.seat(k, verifier).attested?.args.root;
      const truth = this.accusedWith(look, k);
      const done =
        job.last("Accused", { k, verifier, accuser: this.account }) !== undefined || this.seats(look).includes(k);
      if (done || attested === undefined || attested === truth) continue;
      const seal = accusationSealOf(this.jobId, k, verifier, this.account, truth, this.salt(k, verifier));
      yield accuseSeat(chain.deployment, this.jobId, k, verifier, seal);
    }
  }

  protected override accusedWith(look: Look, k: number): Hex {
    const knower = this.seats(look).includes(k) ? this : this.accomplice;
    return knower.truth(look, k);
  }

  truth(look: Look, k: number): Hex {
    return this.found(look, k)!.truth;
  }
}

/** The attacker's verifiers, each of whom catches the next one's errors. */
function ring(stage: Stage) {
  const ringed = new Map<Address, Sharer>();
  return (account: Address, solver: Verifier["solver"]): Verifier | undefined => {
    if (!stage.friends.includes(account)) return undefined;
    const sharer = new Sharer(account, solver.jobId, stage.secretsOf(account), solver);
    ringed.set(account, sharer);
    if (ringed.size === stage.friends.length) {
      stage.friends.forEach((one, i) => {
        ringed.get(one)!.accomplice = ringed.get(stage.friends[(i + 1) % stage.friends.length]!)!;
      });
    }
    return sharer;
  };
}

/** Only forced errors of its own make an accusation safe that nobody replayed for. */
export const jackpotSharer: Strategy = {
  name: "jackpot-sharer",
  summary: "Verifiers catch each other's forced errors, which they tell each other.",
  limit:
    "whoever is told to attest wrongly knows the truth and may tell it: jackpots pay for no replay (docs/simulation.md)",
  async cast(stage) {
    return { parties: stage.cast(await stage.terms(), { verifier: ring(stage) }), coalition: stage.friends };
  },
};
