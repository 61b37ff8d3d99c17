import { setTimeout as delay } from "node:timers/promises";
import type { Hash, PublicClient } from "viem";
import { TransientError } from "../common/index.ts";
import { explainError } from "../protocol/index.ts";
import type { Logger } from "./log.ts";

/** The newest block. */
export interface Head {
  readonly number: bigint;
  readonly hash: Hash;
  /** UNITS: seconds since the epoch. */
  readonly timestamp: bigint;
}

export interface HeadsOptions {
  readonly client: PublicClient;
  /** UNITS: ms between two questions while nothing new comes. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly log?: Logger;
  /** Age of the newest block from which on nothing is done; no age is too old if not given. UNITS: seconds. */
  readonly maxLagSeconds?: number;
}

/** Blocks by which the newest may fall behind one that was seen before: what a reorganisation may take. */
const deepestReorganisation = 16n;

/** UNITS: ms. */
const longestBackoff = 30_000;
/** A round is made without a new block too: work may have ended meanwhile, on a chain that mines only transactions. UNITS: ms. */
const patienceMs = 2_000;

/** The newest block, asked for again and again while anybody waits; a lost node is asked again with growing pauses. */
export class Heads {
  readonly #options: HeadsOptions;
  #last: Head | undefined;
  #highest = 0n;
  #polling: Promise<Head> | undefined;
  #answered = performance.now();

  constructor(options: HeadsOptions) {
    this.#options = options;
  }

  /**
   * The newest block that differs from `known`; after `patienceMs` the newest block as it is.
   * @throws TransientError `stopped`
   */
  async after(known?: Hash, patienceMs = Infinity): Promise<Head> {
    const { pollMs, signal } = this.#options;
    const end = performance.now() + patienceMs;
    for (;;) {
      const head = await this.#poll();
      if (head.hash !== known || performance.now() >= end) return head;
      await pause(pollMs, signal);
    }
  }

  /** One question that everybody who waits shares. */
  #poll(): Promise<Head> {
    this.#polling ??= this.#ask().finally(() => (this.#polling = undefined));
    return this.#polling;
  }

  async #ask(): Promise<Head> {
    const { client, pollMs, signal, log } = this.#options;
    for (let failures = 0; ; failures++) {
      if (signal.aborted) throw stopped();
      try {
        const { number, hash, timestamp } = await client.getBlock({ blockTag: "latest" });
        if (failures > 0) log?.info({ event: "rpc-back", failures }, "The chain's node answers again");
        this.#answered = performance.now();
        if (number > this.#highest) this.#highest = number;
        return (this.#last = { number, hash, timestamp });
      } catch (error) {
        const known = explainError(error);
        if (!(known instanceof TransientError)) throw known;
        const backoffMs = Math.min(longestBackoff, pollMs * 2 ** failures);
        log?.warn({ event: "rpc-lost", error: known, backoffMs }, "The chain's node does not answer");
        await pause(backoffMs, signal);
      }
    }
  }

  /** How long ago the node last answered, or this was made if it never did. UNITS: ms. */
  get silentMs(): number {
    return performance.now() - this.#answered;
  }

  /** Why nothing must be done about what the node shows, in one sentence: it lags. Undefined where it does not. */
  get stale(): string | undefined {
    const { maxLagSeconds = Infinity } = this.#options;
    if (this.#last === undefined) return undefined;
    const { number, timestamp } = this.#last;
    if (number + deepestReorganisation < this.#highest)
      return `The chain's node lags: it is at block ${number}, and was at ${this.#highest} before.`;
    const age = Math.floor(Date.now() / 1_000) - Number(timestamp);
    if (age <= maxLagSeconds) return undefined;
    return `The chain's node lags: its newest block is ${age} seconds old, and ${maxLagSeconds} are allowed.`;
  }

  /** The newest block seen so far. */
  get last(): Head | undefined {
    return this.#last;
  }
}

/**
 * Calls `onHead` for the newest block, again whenever a newer one has come since or nothing came for `patienceMs`; never twice at once. A TransientError of
 * `onHead` is logged, and the next block tries again. Settles without error once the signal aborts.
 * @throws what else `onHead` throws
 */
export async function watch(heads: Heads, options: HeadsOptions, onHead: (head: Head) => Promise<void>): Promise<void> {
  const { signal, pollMs, log } = options;
  let known: Hash | undefined;
  for (let failures = 0; !signal.aborted;) {
    try {
      const head = await heads.after(known, patienceMs);
      await onHead(head);
      known = head.hash;
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      const family = explainError(error);
      if (!(family instanceof TransientError)) throw family;
      const backoffMs = Math.min(longestBackoff, pollMs * 2 ** failures++);
      log?.warn({ event: "retry", error: family, backoffMs }, "This block's work is tried again");
      await pause(backoffMs, signal).catch(() => undefined);
    }
  }
}

/** @throws TransientError `stopped` as soon as the signal aborts */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch {
    throw stopped();
  }
}

function stopped(): TransientError {
  return new TransientError("stopped", "The daemon stops.");
}
