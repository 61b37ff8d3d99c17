import { encodeAbiParameters, keccak256, type Hex } from "viem";
import { isSegmentDrawn, type Call } from "../../protocol/index.ts";
import { Solver } from "../honest/solver.ts";
import type { Look } from "../party.ts";
import type { Sending } from "../sending.ts";
import { segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/**
 * Commits his last checkpoint in a block whose randomness would not draw his false segment, as if the word that draws were made
 * of it, and leaves it to others to record the word that does.
 */
class Grinder extends Solver {
  #likes = true;

  override async act(look: Look): Promise<readonly Sending[]> {
    const { chain, job } = look;
    if (job.status === "Running" && job.committed === segments - 1) {
      const { mixHash } = await chain.client.getBlock({ blockTag: "latest" });
      const types = [{ type: "uint64" }, { type: "bytes32" }];
      const word = keccak256(encodeAbiParameters(types, [BigInt(job.now), mixHash as Hex]));
      const terms = { committed: segments, draws: job.terms.draws };
      const drawn = Array.from({ length: segments }, (_, k) => k).filter((k) => isSegmentDrawn(word, job.id, k, terms));
      this.#likes = !drawn.some((k) => this.claims.isFalse(k));
    }
    return super.act(look);
  }

  protected override *commit(look: Look): Iterable<Call> {
    if (look.job.committed < segments - 1 || this.#likes) yield* super.commit(look);
  }

  override wakes(look: Look): readonly number[] {
    return this.#likes ? super.wakes(look) : [...super.wakes(look), look.job.now + 12];
  }
}

/** The word is of a block two epochs later, which nobody knows when the job closes, and anyone records it. */
export const beaconGrinder: Strategy = {
  name: "beacon-grinder",
  summary: "The solver claims a false state, and closes the job in a block that he likes.",
  async cast(stage, chance) {
    const solver = new Grinder(stage.solver, stage.jobId, splicedClaims(stage, chance));
    return { parties: stage.cast(await stage.terms(), { solver }), coalition: [stage.solver] };
  },
};
