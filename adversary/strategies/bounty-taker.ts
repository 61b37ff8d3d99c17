import { zeroHash } from "viem";
import type { Call } from "../../protocol/index.ts";
import { Outsider } from "../attackers/outsider.ts";
import type { Claims } from "../course.ts";
import type { Look } from "../party.ts";
import { sameAccount, type GameState } from "../record.ts";
import type { Strategy } from "../strategy.ts";
import { Staller } from "./staller.ts";
import { splicedClaims } from "./weight-splice.ts";

/** Answers nothing in his friend's game, and everybody else as late as he can. */
class Yielding extends Staller {
  readonly #friend: Outsider["account"];

  constructor(account: Outsider["account"], jobId: bigint, claims: Claims, friend: Outsider["account"]) {
    super(account, jobId, claims);
    this.#friend = friend;
  }

  protected override moves(look: Look, game: GameState): boolean {
    return !sameAccount(game.challenger, this.#friend) && super.moves(look, game);
  }
}

/** Disputes a claim that is true as soon as somebody attests that another fails. */
class Taker extends Outsider {
  readonly #claims: Claims;

  constructor(account: Outsider["account"], jobId: bigint, claims: Claims) {
    super(account, jobId);
    this.#claims = claims;
  }

  protected override *calls(look: Look): Iterable<Call> {
    const { job } = look;
    const found = job.all("Attested").some(({ args }) => args.root === zeroHash);
    const k = this.#claims.isFalse(0) ? 1 : 0;
    if (found && !this.games.opened(look, k)) yield this.games.open(look, k, this.#claims.executions[k]!);
  }

  protected override hand(): undefined {
    return undefined;
  }
}

/** The bounty is of the segment that is convicted, on which nobody attested a failure. */
export const bountyTaker: Strategy = {
  name: "bounty-taker",
  summary: "The solver whose false claim is found loses a game about a true one to his friend, for the bounty.",
  async cast(stage, chance) {
    const claims = splicedClaims(stage, chance);
    const [friend] = stage.outsiders;
    const solver = new Yielding(stage.solver, stage.jobId, claims, friend!);
    const more = [new Taker(friend!, stage.jobId, claims)];
    return { parties: stage.cast(await stage.terms(), { solver, more }), coalition: [stage.solver, friend!] };
  },
};
