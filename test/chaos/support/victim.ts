import { setTimeout as delay } from "node:timers/promises";
import type { DaemonProcess, LogLine } from "../../e2e/network.ts";
import { nameOf, type Moment } from "./moments.ts";

/** One kill and what the next process made of it. */
export interface Kill {
  readonly moment: string;
  /** The last that the killed process told. */
  readonly last: string;
  /** Transactions that the next process took up, and what it told first. */
  readonly recovered: string;
}

/** Events that say nothing about the work. */
const idle = ["started", "recovered", "plain-key", "metrics", "stopped"];

/** A daemon that is killed at each of the moments in turn, started again each time, and left alone when none is left. */
export class Victim {
  readonly #spawn: (env: NodeJS.ProcessEnv) => DaemonProcess;
  readonly #moments: Moment[];
  readonly #lives: { daemon: DaemonProcess; killedAt: string | undefined }[] = [];
  readonly #stop = new AbortController();
  #awaited: Moment | undefined;
  readonly #living: Promise<void>;

  /** @param moments taken from the front; one that did not come before the end goes back */
  constructor(spawn: (env: NodeJS.ProcessEnv) => DaemonProcess, moments: Moment[]) {
    this.#spawn = spawn;
    this.#moments = moments;
    this.#living = this.#live();
  }

  /** Whether a moment is still to come. */
  get doomed(): boolean {
    return this.#moments.length > 0 || this.#awaited !== undefined;
  }

  /** Ends it by SIGTERM; its status. A life that ended in another way than asked makes it throw. */
  async end(): Promise<number | string> {
    this.#stop.abort();
    await this.#living;
    const { daemon } = this.#lives.at(-1)!;
    // Before it listens to the signal, nobody could tell its end from a crash.
    await daemon.line(({ event }) => event === "started");
    return daemon.end("SIGTERM");
  }

  get kills(): Kill[] {
    return this.#lives.flatMap(({ daemon, killedAt }, index) => {
      if (killedAt === undefined) return [];
      const next = this.#lives[index + 1]?.daemon.lines ?? [];
      const taken = next.filter(({ event }) => event === "recovered").map(({ action }) => `took up ${String(action)}`);
      const first = next.find(({ event }) => event !== undefined && !idle.includes(event));
      const last = daemon.lines.findLast(({ event }) => event !== undefined && !idle.includes(event));
      return [{ moment: killedAt, last: told(last), recovered: [...taken, `then ${told(first)}`].join(", ") }];
    });
  }

  async #live(): Promise<void> {
    for (;;) {
      const moment = (this.#awaited = this.#moments.shift());
      if (moment === undefined) break;
      const env = "at" in moment ? { PINPOINT_CRASH_AT: nameOf(moment) } : {};
      const life: { daemon: DaemonProcess; killedAt: string | undefined } = {
        daemon: this.#spawn(env),
        killedAt: undefined,
      };
      this.#lives.push(life);
      const stopped = new Promise<void>((resolve) => this.#stop.signal.addEventListener("abort", () => resolve()));
      if ("afterMs" in moment) {
        await life.daemon.line(({ event }) => event === "started");
        await delay(moment.afterMs);
        await life.daemon.end("SIGKILL");
      } else await Promise.race([life.daemon.ended, stopped]);
      if (life.daemon.status === undefined) return void this.#moments.unshift(moment);
      if (life.daemon.status !== "SIGKILL") throw new Error(`A daemon ended with ${life.daemon.status}.`);
      life.killedAt = nameOf(moment);
      if (this.#stop.signal.aborted) break;
    }
    this.#lives.push({ daemon: this.#spawn({}), killedAt: undefined });
  }
}

function told(line: LogLine | undefined): string {
  if (line === undefined) return "nothing";
  const facts = ["event", "checkpoint", "move", "action", "task"].map((name) => line[name]);
  return facts.filter((fact) => typeof fact === "string" || typeof fact === "number").join(" ");
}

/** The kills as a table, for who reads the test's output. */
export function printKills(title: string, kills: readonly Kill[]): void {
  console.log(`\n    ${title}: ${kills.length} kills`);
  for (const { moment, last, recovered } of kills)
    console.log(`      ${moment.padEnd(15)} after ${last.padEnd(32)} ${recovered}`);
}
