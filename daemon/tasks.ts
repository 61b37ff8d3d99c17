import { TransientError } from "../common/index.ts";
import { explainError } from "../protocol/index.ts";
import type { Logger } from "./log.ts";

/** UNITS: ms. */
const longestBackoff = 60_000;

/**
 * Light work by key, started from the loop over blocks: never twice at once, and after a failure not before a pause that
 * grows. The loop asks for whatever the chain calls for, block by block; this makes that harmless.
 */
export class Tasks {
  readonly #log: Logger;
  readonly #backoffMs: number;
  readonly #onFailure: ((error: Error) => void) | undefined;
  readonly #running = new Map<string, Promise<void>>();
  readonly #failed = new Map<string, { count: number; notBefore: number }>();

  /**
   * @param backoffMs pause after a first failure; UNITS: ms
   * @param onFailure told of every failure
   */
  constructor(log: Logger, backoffMs: number, onFailure?: (error: Error) => void) {
    this.#log = log;
    this.#backoffMs = backoffMs;
    this.#onFailure = onFailure;
  }

  /** Starts the work unless it runs or waits out a failure. Failures are logged, never thrown. */
  start(key: string, work: () => Promise<void>): void {
    if (this.#running.has(key) || (this.#failed.get(key)?.notBefore ?? 0) > Date.now()) return;
    const running = this.#run(key, work).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  async #run(key: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#failed.delete(key);
    } catch (thrown) {
      const error = explainError(thrown);
      if (error.code === "stopped") return;
      this.#onFailure?.(error);
      const count = (this.#failed.get(key)?.count ?? 0) + 1;
      const backoffMs = Math.min(longestBackoff, this.#backoffMs * 2 ** Math.min(count - 1, 16));
      this.#failed.set(key, { count, notBefore: Date.now() + backoffMs });
      const facts = { event: "task-failed", task: key, error, backoffMs };
      // A lost node or a peer that is not ready yet is daily life, the rest a person should see.
      if (error instanceof TransientError) this.#log.warn(facts, `${key}: ${error.message}`);
      else this.#log.error(facts, `${key}: ${error.message}`);
    }
  }
}
