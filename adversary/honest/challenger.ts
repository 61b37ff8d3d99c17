import type { Address, Hex } from "viem";
import { challengerMove, type Aim, type ExecutedSegment } from "../../dispute/index.ts";
import { makeMove, openGame, reclaimGame, timeoutGame, type Call } from "../../protocol/index.ts";
import type { Look } from "../party.ts";
import type { GameState } from "../record.ts";
import { sameAccount } from "../record.ts";
import type { Sending } from "../sending.ts";

/** With what somebody plays a game: his own execution, and where he points when he sees no difference. */
export interface Hand {
  readonly own: ExecutedSegment;
  readonly aim?: Aim;
}

/** The games that one account opened. */
export class Games {
  readonly #account: Address;

  constructor(account: Address) {
    this.#account = account;
  }

  /** Whether he disputes checkpoint k, or did. */
  opened({ job }: Look, k: number): boolean {
    return job.last("GameOpened", { checkpoint: k, challenger: this.#account }) !== undefined;
  }

  /** Opens a game on checkpoint k. @param own what he proposes in place of the claim */
  open({ chain, job }: Look, k: number, own: Pick<ExecutedSegment, "roots" | "segment">): Call {
    const { endRoot } = job.claim(k);
    const end = own.roots.at(-1)!;
    // Where only states on the way differ the game wants another root than the committed one, and never looks at it again.
    const other: Hex = `0x${"99".repeat(32)}`;
    return openGame(chain.deployment, job.id, k, endRoot, end === endRoot ? other : end);
  }

  /** His moves, timeouts of the silent, and the bonds of void games. @param hand what he plays with; undefined to stay silent */
  *moves({ chain, job }: Look, hand: (game: GameState) => Hand | undefined): Iterable<Sending> {
    const from = this.#account;
    for (const state of job.games) {
      if (!sameAccount(state.challenger, from)) continue;
      if (job.status === "Convicted") yield { from, call: reclaimGame(chain.deployment, state.id) };
      if (job.finished) continue;
      const { side, until } = job.toMove(state);
      if (side === "defender") {
        if (job.now > until) yield { from, call: timeoutGame(chain.deployment, state.id) };
        continue;
      }
      const held = job.now > until ? undefined : hand(state);
      if (held === undefined) continue;
      const move = challengerMove(state.game, state.history, held.own, held.aim);
      yield {
        from,
        call: makeMove(chain.deployment, state.id, job.id, state.game, move),
        move: { gameId: state.id, move },
      };
    }
  }
}
