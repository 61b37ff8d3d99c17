import { DelayedError, Queue, UnrecoverableError, Worker, type Job } from "bullmq";
import { Redis } from "ioredis";
import { OperatorError, TransientError } from "../common/index.ts";
import { explainError } from "../protocol/index.ts";
import type { Logger } from "./log.ts";

/** One kind of heavy work of one account: BullMQ on Redis. Light work and truth stay on the chain. */
export interface TaskQueue<Data> {
  /**
   * Puts a task in line unless one of this id is there, or one failed lately. The id is the task's name: `train-4-17`.
   */
  add(id: string, data: Data): Promise<void>;
  /** Tasks in line, under way and waiting for another try. */
  counts(): Promise<Readonly<Record<"waiting" | "active" | "delayed", number>>>;
  /** Ends the worker after the task under way, and the connections. */
  close(): Promise<void>;
}

export interface QueueOptions<Data> {
  /** What ioredis takes: a URL or the path of a socket. */
  readonly redis: string;
  /** Keeps the queues of accounts apart that share a Redis. */
  readonly prefix: string;
  readonly name: string;
  /** Tasks at the same time. */
  readonly concurrency: number;
  readonly log: Logger;
  /** Whether this process is alone with the Redis: then tasks that a killed process left are dropped, to be asked for anew. */
  readonly alone?: boolean;
  /** Told of every failure. */
  readonly onFailure?: (error: Error) => void;
  /** A worker that is silent for so long is dead, and its task goes to another. UNITS: ms; 15,000 if not given. */
  readonly lockMs?: number;
  /** Does a task; may do it twice, after a crash. A TransientError is tried again, any other ends the task. */
  readonly run: (data: Data, id: string) => Promise<void>;
}

/** UNITS: ms. */
const firstRetry = 500;
const longestRetry = 30_000;
/** Pause after a task failed for good before it may be put in line again; doubles. UNITS: ms. */
const firstPause = 10_000;
const longestPause = 600_000;

/** Version and eviction policy of a Redis. @throws OperatorError `redis-away` */
export async function inspectRedis(address: string): Promise<{ readonly version: string; readonly policy: string }> {
  const redis = new Redis(address, { maxRetriesPerRequest: 1, retryStrategy: () => null, lazyConnect: true });
  // The command's own failure says the same.
  redis.on("error", () => undefined);
  let info: string;
  try {
    await redis.connect();
    // INFO is allowed where CONFIG is not.
    info = await redis.info();
  } catch (cause) {
    throw new OperatorError("redis-away", `No Redis answers at ${address}.`, { address }, { cause });
  } finally {
    redis.disconnect();
  }
  const value = (name: string) => new RegExp(`^${name}:(\\S+)`, "m").exec(info)?.[1] ?? "unknown";
  return { version: value("redis_version"), policy: value("maxmemory_policy") };
}

/**
 * Refuses a Redis that may drop keys when its memory is full: BullMQ's keys are no cache.
 * @throws OperatorError `redis-evicts`, `redis-away`
 */
export async function checkRedis(address: string): Promise<void> {
  const { policy } = await inspectRedis(address);
  if (policy === "noeviction") return;
  const message = `The Redis at ${address} may drop keys: set its maxmemory-policy to noeviction, not ${policy}.`;
  throw new OperatorError("redis-evicts", message, { address, policy });
}

/** Opens a queue with its worker. @throws OperatorError `redis-evicts`, `redis-away` */
export async function openQueue<Data>(options: QueueOptions<Data>): Promise<TaskQueue<Data>> {
  const { redis, prefix, name, concurrency, log, lockMs = 15_000 } = options;
  await checkRedis(redis);
  const connect = () => new Redis(redis, { maxRetriesPerRequest: null });
  const connections = { queue: connect(), worker: connect() };
  const quiet = (error: Error) => log.warn({ event: "redis-error", queue: name, error }, `Redis: ${error.message}`);
  for (const connection of Object.values(connections)) connection.on("error", quiet);

  const queue = new Queue<Data>(name, { connection: connections.queue, prefix });
  if (options.alone === true) await queue.obliterate({ force: true });
  const pauses = new Pauses();
  const worker = new Worker<Data>(name, (job, token) => attempt(job, token, options, pauses), {
    connection: connections.worker,
    prefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs / 3,
    // A crash is no fault of the task; it is idempotent.
    maxStalledCount: 1_000_000,
  });
  queue.on("error", quiet);
  worker.on("error", quiet);
  await Promise.all([queue.waitUntilReady(), worker.waitUntilReady()]);
  return {
    // Finished tasks leave at once: the chain and the store say what is done.
    add: async (id, data) => {
      if (pauses.has(id)) return;
      await queue.add(id as never, data as never, { jobId: id, removeOnComplete: true, removeOnFail: true });
    },
    counts: async () => {
      const { waiting = 0, active = 0, delayed = 0 } = await queue.getJobCounts("waiting", "active", "delayed");
      return { waiting, active, delayed };
    },
    close: async () => {
      await worker.close();
      await queue.close();
      for (const connection of Object.values(connections)) connection.disconnect();
    },
  };
}

/** Tasks that failed for good, and until when they stay out of the queue: the loop over blocks asks for them every time. */
class Pauses {
  readonly #pauses = new Map<string, { count: number; until: number }>();

  has(id: string): boolean {
    return (this.#pauses.get(id)?.until ?? 0) > Date.now();
  }

  add(id: string): void {
    const count = (this.#pauses.get(id)?.count ?? 0) + 1;
    const until = Date.now() + Math.min(longestPause, firstPause * 2 ** Math.min(count - 1, 10));
    this.#pauses.set(id, { count, until });
  }
}

/** One attempt; what may pass by itself goes back in line after a growing pause. */
async function attempt<Data>(
  job: Job<Data>,
  token: string | undefined,
  options: QueueOptions<Data>,
  pauses: Pauses,
): Promise<void> {
  const { log, run } = options;
  const id = job.id ?? job.name;
  try {
    await run(job.data, id);
  } catch (error) {
    const family = explainError(error);
    if (family.code !== "stopped") options.onFailure?.(family);
    if (family instanceof TransientError) {
      const retryMs = Math.min(longestRetry, firstRetry * 2 ** Math.min(job.attemptsStarted, 10));
      log.warn({ event: "task-retry", task: id, error: family, retryMs }, `${id} is tried again: ${family.message}`);
      await job.moveToDelayed(Date.now() + retryMs, token);
      throw new DelayedError();
    }
    log.error({ event: "task-failed", task: id, error: family }, `${id} failed: ${family.message}`);
    pauses.add(id);
    throw new UnrecoverableError(family.message);
  }
}
