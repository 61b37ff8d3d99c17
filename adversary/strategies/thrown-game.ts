import type { Call } from "../../protocol/index.ts";
import { Outsider } from "../attackers/outsider.ts";
import type { Claims } from "../course.ts";
import type { Hand } from "../honest/challenger.ts";
import { Solver } from "../honest/solver.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import { segments } from "../setting.ts";
import type { Strategy } from "../strategy.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Disputes a false claim before anybody else does, sees no difference, and points at an element that is right. */
class Loser extends Outsider {
  readonly #claims: Claims;

  constructor(account: Outsider["account"], jobId: bigint, claims: Claims) {
    super(account, jobId);
    this.#claims = claims;
  }

  protected override *calls(look: Look): Iterable<Call> {
    for (let k = 0; k < Math.min(look.job.committed, segments); k++) {
      if (this.#claims.isFalse(k) && !this.games.opened(look, k)) {
        yield this.games.open(look, k, this.#claims.course.replay(k, this.#claims.before(k)));
      }
    }
  }

  protected override hand({ job }: Look, { k }: GameState): Hand {
    const own = this.#claims.executions[k]!;
    return { own, aim: { step: job.claim(k).firstStep, operator: 0, element: 0 } };
  }
}

/** What a lost game says is that this challenger lost, and nothing about the claim. */
export const thrownGame: Strategy = {
  name: "thrown-game",
  summary: "A friend of the cheating solver disputes the false claim first, and loses on purpose.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const solver = new Solver(stage.solver, stage.jobId, claims);
    const [friend] = stage.outsiders;
    const more = [new Loser(friend!, stage.jobId, claims)];
    return { parties: stage.cast(await stage.terms(), { solver, more }), coalition: [stage.solver, friend!] };
  },
};
