import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { DaemonProcess } from "../../e2e/network.ts";

/** When to kill a private Redis, and whether its data goes too. */
export interface RedisKill {
  /** After the last one, or the start. */
  readonly afterMs: number;
  readonly wipe: boolean;
}

/** The private Redis of a running daemon. */
export class RedisVictim {
  readonly #folder: string;
  readonly #daemon: DaemonProcess;
  #kills = 0;

  /** @param dataDir of the daemon */
  constructor(daemon: DaemonProcess, dataDir: string) {
    this.#daemon = daemon;
    this.#folder = join(dataDir, "redis");
  }

  /** Kills it so and waits until the daemon has another; false once the signal aborts. */
  async kill({ afterMs, wipe }: RedisKill, signal: AbortSignal): Promise<boolean> {
    await delay(afterMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return false;
    while (this.#pid() === 0) await delay(20);
    const pid = this.#pid();
    process.kill(pid, "SIGKILL");
    if (wipe) rmSync(join(this.#folder, "appendonlydir"), { recursive: true, force: true });
    this.#kills++;
    while (this.#restarts() < this.#kills || this.#pid() === pid) await delay(20);
    return true;
  }

  #pid(): number {
    try {
      return Number(readFileSync(join(this.#folder, "redis.pid"), "utf8"));
    } catch {
      return 0;
    }
  }

  #restarts(): number {
    return this.#daemon.lines.filter(({ event }) => event === "redis-restarted").length;
  }
}
