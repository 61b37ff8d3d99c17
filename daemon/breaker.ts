import type { Health } from "./health.ts";
import type { Journal } from "./journal.ts";
import type { Logger } from "./log.ts";

/** Why no new risk is taken: a game was lost, or transactions of ours reverted one after another. */
export type BreakReason = "lost-game" | "reverts";

export interface Break {
  readonly reason: BreakReason;
  /** What happened, as one sentence. */
  readonly cause: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

const breakKey = "break";

/** Reverted transactions in a row, none mined between them, that are more than bad luck. */
const revertsAllowed = 4;

const advice = "find out why, then run `pinpoint breaker --reset`";

/** The break that a journal holds, if any. */
export function breakIn(journal: Journal): Break | undefined {
  return journal.kept<Break>(breakKey);
}

/** Lets the daemon of a journal take new risks again; it may be running. */
export function resetBreak(journal: Journal): void {
  journal.forget(breakKey);
}

export interface BreakerOptions {
  readonly journal: Journal;
  readonly log: Logger;
  readonly health: Health;
}

/**
 * Keeps a daemon that loses money from risking more: once broken it accepts no job and opens no dispute, over restarts, until
 * an operator resets it. What is open is trained, committed and played to its end.
 */
export class Breaker {
  readonly #journal: Journal;
  readonly #log: Logger;
  #reverts = 0;

  constructor({ journal, log, health }: BreakerOptions) {
    this.#journal = journal;
    this.#log = log;
    health.add("breaker", () => this.problem);
    if (this.broken) this.#tell();
  }

  /** Read anew each time: another process resets it. */
  get broken(): boolean {
    return breakIn(this.#journal) !== undefined;
  }

  /** What happened and what to do, in one sentence; undefined while nothing did. */
  get problem(): string | undefined {
    const found = breakIn(this.#journal);
    return found && `No new job and no new dispute since ${found.at}: ${found.cause}; ${advice}.`;
  }

  /** A game of ours is lost, and with it a stake or a bond. */
  lost(game: bigint): void {
    this.#break("lost-game", `game ${game} was lost`);
  }

  /** A transaction of ours has its receipt. */
  received(success: boolean): void {
    this.#reverts = success ? 0 : this.#reverts + 1;
    if (this.#reverts > revertsAllowed) this.#break("reverts", `${this.#reverts} transactions in a row reverted`);
  }

  #break(reason: BreakReason, cause: string): void {
    if (this.broken) return;
    this.#journal.keep(breakKey, { reason, cause, at: new Date().toISOString() } satisfies Break);
    this.#tell();
  }

  #tell(): void {
    this.#log.error({ event: "broken", ...breakIn(this.#journal) }, this.problem);
  }
}
