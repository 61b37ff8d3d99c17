import { encodeAbiParameters, keccak256 } from "viem";
import { isSegmentDrawn } from "../../protocol/index.ts";
import type { Claims } from "../course.ts";
import { Solver } from "../honest/solver.ts";
import { segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";
import { calm, type Branch, type Weather } from "../weather.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Proposes the block that draws, and leaves it out once if he does not like its randomness. */
function skipping(claims: Claims): Weather {
  let back: Awaited<ReturnType<Branch["fork"]>> | undefined;
  let closed = false;
  return {
    ...calm,
    async after(run) {
      if (closed || run.job.status !== "Closing") return;
      closed = true;
      back = await run.fork();
    },
    async passed(run) {
      if (back === undefined) return;
      const target = run.job.closing!.args.drawBlock;
      const { mixHash } = await run.chain.client.getBlock({ blockNumber: target });
      const word = keccak256(encodeAbiParameters([{ type: "uint64" }, { type: "bytes32" }], [target, mixHash]));
      const terms = { committed: segments, draws: run.job.terms.draws };
      const liked = !claims.executions.some((_, k) => claims.isFalse(k) && isSegmentDrawn(word, run.job.id, k, terms));
      if (!liked) await back(12);
      back = undefined;
    },
  };
}

/** A block that is left out costs its proposer its reward, and gives him one more throw of the dice, not the choice. */
export const blockSkipper: Strategy = {
  name: "block-skipper",
  summary: "The solver claims a false state, happens to propose the block that draws, and may leave it out once.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const solver = new Solver(stage.solver, stage.jobId, claims);
    const parties = stage.cast(await stage.terms(), { solver });
    return { parties, coalition: [stage.solver], weather: skipping(claims) };
  },
};
