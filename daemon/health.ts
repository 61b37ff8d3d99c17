import { Hono } from "hono";
import type { Registry } from "prom-client";
import { listen, type HttpServer } from "../protocol/index.ts";

/** A reason not to be well, undefined while there is none. */
export type HealthCheck = () => string | undefined;

export interface HealthReport {
  readonly ok: boolean;
  /** One sentence each. */
  readonly problems: readonly string[];
}

/** What a daemon says about itself; every part that may fail adds its check. */
export class Health {
  readonly #checks = new Map<string, HealthCheck>();

  /** @param name of the check; a later one of the same name takes its place */
  add(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
  }

  report(): HealthReport {
    const problems = [...this.#checks.values()].map((check) => check()).filter((problem) => problem !== undefined);
    return { ok: problems.length === 0, problems };
  }
}

/** How long something may be amiss before it is said. UNITS: ms. */
const patienceMs = 60_000;

/** Rounds of a loop over blocks: tells of one that goes on failing, and of one that does not come back. */
export class Rounds {
  readonly #now: () => number;
  #failingSince: number | undefined;
  #reason = "";
  #began: number | undefined;

  /** @param now a clock in ms that never goes back */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Passes a round on. */
  async run(round: () => Promise<void>): Promise<void> {
    this.#began = this.#now();
    try {
      await round();
      this.#failingSince = undefined;
    } catch (error) {
      this.#failingSince ??= this.#now();
      this.#reason = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.#began = undefined;
    }
  }

  check(): string | undefined {
    const now = this.#now();
    if (this.#began !== undefined && now - this.#began > patienceMs) return "The work on a block does not end.";
    if (this.#failingSince === undefined || now - this.#failingSince <= patienceMs) return undefined;
    return `The work on blocks fails: ${this.#reason}`;
  }
}

/** Whether the chain's node has been silent for too long. `silentMs` as `Heads.silentMs`. */
export function nodeCheck(silentMs: () => number): HealthCheck {
  return () => (silentMs() > patienceMs ? "The chain's node does not answer." : undefined);
}

export interface StatusSources {
  readonly registry: Registry;
  readonly health: () => HealthReport & Readonly<Record<string, unknown>>;
}

/**
 * Serves `/metrics` for Prometheus and `/health` (JSON, bigints as decimal strings; status 503 where it is not ok), to this
 * machine only.
 * @param port 0 takes a free one
 * @throws OperatorError `listen`
 */
export function serveStatus({ registry, health }: StatusSources, port: number): Promise<HttpServer> {
  const app = new Hono();
  app.get("/metrics", async (context) =>
    context.body(await registry.metrics(), 200, { "content-type": registry.contentType }),
  );
  app.get("/health", (context) => {
    const report = health();
    const text = JSON.stringify(report, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    return context.body(`${text}\n`, report.ok ? 200 : 503, { "content-type": "application/json" });
  });
  return listen(app, { port });
}
