import type { Address } from "viem";
import type { Call } from "../../protocol/index.ts";
import type { Claims } from "../course.ts";
import type { Hand } from "../honest/challenger.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import { Outsider } from "./outsider.ts";

/** Convicts the solver whom he works for, since whoever is first has the bounty. */
export class ConvictingFriend extends Outsider {
  readonly #claims: Claims;
  readonly #when: (look: Look, k: number) => boolean;

  /** @param when whether he opens a game on the false segment k now */
  constructor(account: Address, jobId: bigint, claims: Claims, when: (look: Look, k: number) => boolean) {
    super(account, jobId);
    this.#claims = claims;
    this.#when = when;
  }

  protected override *calls(look: Look): Iterable<Call> {
    for (let k = 0; k < look.job.committed; k++) {
      if (!this.#claims.isFalse(k) || this.games.opened(look, k) || !this.#when(look, k)) continue;
      yield this.games.open(look, k, this.hand(look, { k }).own);
    }
  }

  protected override hand(_look: Look, { k }: Pick<GameState, "k">): Hand {
    return { own: this.#claims.course.replay(k, this.#claims.before(k)) };
  }
}
