import { Hono, type Context } from "hono";
import { isAddress } from "viem";
import { OperatorError, TransientError } from "../common/index.ts";
import type { Database } from "./database.ts";
import { balances, checkpoints, demands, game, games, job, jobs, models, seats, type Page } from "./queries.ts";
import { toJson } from "./record.ts";
import type { Progress } from "./sync.ts";

/** How far the index is, and what keeps it, if anything. */
export interface Health extends Partial<Progress> {
  /** Whether the last round succeeded. */
  readonly ok: boolean;
  readonly error?: string;
}

const mostRows = 200;

function bad(message: string): OperatorError {
  return new OperatorError("bad-request", message);
}

/** A whole number from the request, undefined when it is not given. */
function integer(text: string | undefined, name: string, least: number, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw bad(`"${name}" must be a whole number from ${least} to ${most}.`);
}

function id(context: Context): number {
  return integer(context.req.param("id"), "id", 1, Number.MAX_SAFE_INTEGER) ?? 0;
}

function page(context: Context): Page {
  const limit = integer(context.req.query("limit"), "limit", 1, mostRows) ?? 50;
  const before = integer(context.req.query("before"), "before", 0, Number.MAX_SAFE_INTEGER);
  return before === undefined ? { limit } : { limit, before };
}

/**
 * The index over HTTP, read only. Numbers of 64 bits and more are decimal strings; times are seconds since the epoch. Lists
 * are newest first: `?limit=` (1–200, 50 if not given) and `?before=` the last id seen. `/at-risk` reads the chain itself.
 */
export function indexRoutes(database: Database, health: () => Health, atRisk: () => Promise<unknown>): Hono {
  const app = new Hono();
  const answer = (context: Context, value: unknown, status: 200 | 400 | 404 | 503 = 200) => {
    const headers = { "content-type": "application/json", "access-control-allow-origin": "*" };
    return context.body(`${toJson(value)}\n`, status, headers);
  };
  const found = (context: Context, value: unknown) =>
    value === undefined
      ? answer(context, { error: "There is no such thing in the index." }, 404)
      : answer(context, value);
  app.get("/health", (context) => answer(context, health(), health().ok ? 200 : 503));
  app.get("/jobs", (context) => answer(context, jobs(database, page(context))));
  app.get("/jobs/:id", (context) => found(context, job(database, id(context))));
  app.get("/jobs/:id/checkpoints", (context) => answer(context, checkpoints(database, id(context), page(context))));
  app.get("/jobs/:id/seats", (context) => answer(context, seats(database, id(context), page(context))));
  app.get("/jobs/:id/demands", (context) => answer(context, demands(database, id(context), page(context))));
  app.get("/models", (context) => answer(context, models(database, page(context))));
  app.get("/games", (context) => {
    const jobId = integer(context.req.query("job"), "job", 1, Number.MAX_SAFE_INTEGER);
    return answer(context, games(database, jobId === undefined ? page(context) : { ...page(context), job: jobId }));
  });
  app.get("/at-risk", async (context) => answer(context, await atRisk()));
  app.get("/games/:id", (context) => found(context, game(database, id(context))));
  app.get("/balances/:address", (context) => {
    const address = context.req.param("address");
    if (!isAddress(address, { strict: false })) throw bad("An address is 0x and 40 hexadecimal digits.");
    return answer(context, balances(database, address));
  });
  app.notFound((context) =>
    answer(context, { error: "Ask for /health, /jobs, /games, /at-risk or /balances/<address>." }, 404),
  );
  app.onError((error, context) => {
    if (error instanceof OperatorError) return answer(context, { error: error.message }, 400);
    if (error instanceof TransientError) return answer(context, { error: error.message }, 503);
    throw error;
  });
  return app;
}
