import type { Address } from "viem";
import type { Call } from "../../protocol/index.ts";
import { Games, type Hand } from "../honest/challenger.ts";
import type { Look, Party } from "../party.ts";
import type { GameState } from "../record.ts";
import type { Sending } from "../sending.ts";

/** Somebody without a seat who opens games. */
export abstract class Outsider implements Party {
  readonly account: Address;
  readonly jobId: bigint;
  protected readonly games: Games;

  constructor(account: Address, jobId: bigint) {
    this.account = account;
    this.jobId = jobId;
    this.games = new Games(account);
  }

  get executed(): number {
    return 0;
  }

  async act(look: Look): Promise<readonly Sending[]> {
    const calls = look.job.finished ? [] : [...this.calls(look)].map((call): Sending => ({ from: this.account, call }));
    return [...calls, ...this.games.moves(look, (game) => this.hand(look, game))];
  }

  wakes(_look: Look): readonly number[] {
    return [];
  }

  /** What he opens. */
  protected abstract calls(look: Look): Iterable<Call>;

  /** What he plays a game with; undefined not to move now. */
  protected abstract hand(look: Look, game: GameState): Hand | undefined;
}
