import { enrollVerifier, resignVerifier, sealSeat, type Call } from "../../protocol/index.ts";
import { Attempts } from "../attackers/attempts.ts";
import { Outsider } from "../attackers/outsider.ts";
import type { Look } from "../party.ts";
import { checkpoints, depositedEach, type Stage } from "../stage.ts";
import type { Strategy } from "../strategy.ts";

/** Enrolls when all but the last segment are committed, seals what is drawn, and resigns. */
class Sniper extends Outsider {
  readonly #attempts = new Attempts();
  readonly #secretsRoot: `0x${string}`;

  constructor(account: Outsider["account"], jobId: bigint, secretsRoot: `0x${string}`) {
    super(account, jobId);
    this.#secretsRoot = secretsRoot;
  }

  protected override *calls({ chain, job }: Look): Iterable<Call> {
    const { deployment } = chain;
    if (job.committed === checkpoints - 1 && this.#attempts.first("enroll")) {
      yield enrollVerifier(deployment, depositedEach, this.#secretsRoot);
    }
    const tried = job.drawn.filter((k) => job.part === "Seal" && this.#attempts.first(`seal ${k}`));
    for (const k of tried) yield sealSeat(deployment, this.jobId, k, job.word!, this.#secretsRoot);
    if (job.part === "Rest" && this.#attempts.first("resign")) yield resignVerifier(deployment);
  }

  protected override hand(): undefined {
    return undefined;
  }
}

function sniperOf(stage: Stage): Sniper {
  const account = stage.outsiders[0]!;
  return new Sniper(account, stage.jobId, stage.secretsOf(account).root);
}

/** A draw counts the stakes that stood before the last commitment, and the word is known long after it. */
export const rewardSniper: Strategy = {
  name: "reward-sniper",
  summary: "An outsider enrolls a large stake just for one draw, tries to take seats, and resigns.",
  async cast(stage) {
    const sniper = sniperOf(stage);
    return { parties: stage.cast(await stage.terms(), { more: [sniper] }), coalition: [sniper.account] };
  },
};
