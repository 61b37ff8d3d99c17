import { join } from "node:path";
import type { Address } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { chooseEngine, type Engine } from "../engine/index.ts";
import { ArtifactStore, connect, readDeployment, type Chain } from "../protocol/index.ts";
import { ComputePool } from "./compute/pool.ts";
import { Breaker } from "./breaker.ts";
import type { DaemonConfig } from "./config.ts";
import { journalName, scopeOf } from "./findings.ts";
import { Journal } from "./journal.ts";
import { developmentChainId, plainKeyWarning } from "./keys.ts";
import { gaugesOf } from "./gauges.ts";
import { Health, nodeCheck, Rounds, serveStatus } from "./health.ts";
import { createLog, type Logger } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { openQueue, type QueueOptions, type TaskQueue } from "./queue.ts";
import { startRedis, type RedisServer } from "./redis.ts";
import { Tasks } from "./tasks.ts";
import { Transactions } from "./transactions.ts";
import { Heads, watch, type Head } from "./watcher.ts";

/** What a daemon works with: one account on one chain, its store, queue, threads and journal. */
export interface Session {
  readonly chain: Chain;
  readonly address: Address;
  /** Whom the contracts pay what they owe the account; undefined for the account itself. */
  readonly payout: Address | undefined;
  readonly log: Logger;
  readonly store: ArtifactStore;
  readonly journal: Journal;
  readonly transactions: Transactions;
  readonly compute: ComputePool;
  /** The engine of its threads. */
  readonly engine: Engine;
  readonly metrics: Metrics;
  /** Whether new risks may be taken: whoever accepts or disputes asks it. */
  readonly breaker: Breaker;
  /** Where `/metrics` and `/health` are served; undefined where they are not. */
  readonly statusUrl: string | undefined;
  /** What `/health` asks; whatever may fail adds its check. */
  readonly health: Health;
  /** Light work that the loop over blocks starts. */
  readonly tasks: Tasks;
  readonly signal: AbortSignal;
  /** Opens a queue of this account; it closes with the session. */
  queue<Data>(options: Pick<QueueOptions<Data>, "name" | "concurrency" | "run">): Promise<TaskQueue<Data>>;
  /** Calls `onHead` for every newest block until the session closes. Settles as `watch` does. */
  run(onHead: (head: Head) => Promise<void>): Promise<void>;
  /** Stops loops, queues, threads and the private Redis, in this order. */
  close(): Promise<void>;
}

/** Age of the newest block that no chain should reach; a development chain may stand until somebody sends. UNITS: seconds. */
const usualLagSeconds = 600;

/** Closes what was opened, the last first; each gets its chance though another fails. */
class Closers {
  readonly #closers: (() => Promise<unknown> | void)[] = [];

  add(close: () => Promise<unknown> | void): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).toReversed()) await close();
  }
}

/**
 * Opens a daemon's session.
 * @throws OperatorError of the deployment, the chain, Redis (`redis-…`) or the journal; TransientError `rpc-unreachable`
 */
export async function openSession(name: string, config: DaemonConfig): Promise<Session> {
  const closers = new Closers();
  try {
    return await assemble(name, config, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function assemble(name: string, config: DaemonConfig, closers: Closers): Promise<Session> {
  const log = createLog(name, config.logLevel);
  const deployment = await readDeployment(config.deployment);
  const chain = await connect(config.rpcUrl, deployment);
  const account = privateKeyToAccount(config.privateKey);
  const plain = plainKeyWarning(config, deployment.chainId);
  if (plain !== undefined) log.warn({ event: "plain-key" }, plain);
  const { client } = chain;
  const scope = scopeOf(deployment, account.address);

  const env = { ...process.env, REDIS_URL: config.redisUrl };
  const redis: RedisServer = await startRedis(join(config.dataDir, "redis"), env, () =>
    log.warn({ event: "redis-restarted" }, "The private Redis ended and is started again"),
  );
  closers.add(() => redis.stop());
  const journal = new Journal(join(config.dataDir, journalName(scope)));
  closers.add(() => journal.close());
  const store = new ArtifactStore(join(config.dataDir, "artifacts"));
  await store.sweep();
  const engine = await chooseEngine(config.engine);
  const compute = new ComputePool({
    workers: config.workers,
    threads: config.threads,
    directory: store.directory,
    engine,
  });

  const { chainId } = deployment;
  const stop = new AbortController();
  const maxLagSeconds = config.maxLagSeconds ?? (chainId === developmentChainId ? undefined : usualLagSeconds);
  const watching = { client, pollMs: config.pollMs, signal: stop.signal, log, maxLagSeconds };
  const heads = new Heads(watching);
  const { maxFeePerGas } = config;
  const metrics = createMetrics(name);
  const health = new Health();
  const rounds = new Rounds();
  health.add(
    "node",
    nodeCheck(() => heads.silentMs),
  );
  health.add("lag", () => heads.stale);
  health.add("rounds", () => rounds.check());
  const breaker = new Breaker({ journal, log, health });
  const failed = ({ name: family }: Error) => metrics.taskFailures.inc({ family });
  const transactions = new Transactions({
    client,
    account,
    chainId,
    journal,
    heads,
    signal: stop.signal,
    log,
    maxFeePerGas,
    count(event, gasUsed) {
      metrics.transactions.inc({ event });
      if (gasUsed !== undefined) metrics.gasUsed.inc(Number(gasUsed));
      if (event === "mined" || event === "reverted") breaker.received(event === "mined");
    },
  });
  const tasks = new Tasks(log, config.pollMs, failed);
  let loop = Promise.resolve();
  closers.add(async () => {
    stop.abort();
    await compute.close();
    await Promise.allSettled([loop, tasks.idle(), transactions.idle()]);
  });
  const queues = new Map<string, TaskQueue<never>>();
  gaugesOf(metrics.registry, { chain, address: account.address, heads, journal, breaker, queues });
  let statusUrl: string | undefined;
  if (config.metricsPort !== false) {
    const about = { daemon: name, address: account.address };
    const sources = { registry: metrics.registry, health: () => ({ ...health.report(), ...about, head: heads.last }) };
    const status = await serveStatus(sources, config.metricsPort);
    closers.add(() => status.close());
    statusUrl = status.url;
    log.info({ event: "metrics", url: status.url }, `Metrics at ${status.url}/metrics, health at ${status.url}/health`);
  }
  transactions.recover();
  return {
    chain,
    address: account.address,
    payout: config.payout,
    log,
    store,
    journal,
    transactions,
    compute,
    engine,
    metrics,
    breaker,
    statusUrl,
    health,
    tasks,
    signal: stop.signal,
    async queue(options) {
      // The loop over blocks asks again for whatever is still to do, sooner than a killed worker's lock expires.
      const alone = config.redisUrl === undefined;
      const queue = await openQueue({
        ...options,
        redis: redis.address,
        prefix: `pinpoint-${scope}`,
        alone,
        log,
        onFailure: failed,
      });
      queues.set(options.name, queue as TaskQueue<never>);
      closers.add(() => {
        // The task under way ends with the threads; without this the queue would wait for the whole segment.
        stop.abort();
        return Promise.all([compute.close(), queue.close()]);
      });
      return queue;
    },
    run(onHead) {
      const work = whileCurrent(heads, log, onHead);
      const running = watch(heads, watching, (head) => rounds.run(() => work(head)));
      loop = running.catch(() => undefined);
      return running;
    },
    close: () => closers.close(),
  };
}

/** Passes on to the work on a block unless the node lags: what it shows then may be long over. */
function whileCurrent(heads: Heads, log: Logger, work: (head: Head) => Promise<void>): (head: Head) => Promise<void> {
  let lagging = false;
  return async (head) => {
    const { stale } = heads;
    if (stale === undefined && lagging) log.info({ event: "node-current" }, "The chain's node has caught up");
    if (stale !== undefined && !lagging)
      log.warn({ event: "node-lags", head: String(head.number) }, `${stale} Nothing is done until it has caught up.`);
    lagging = stale !== undefined;
    if (!lagging) await work(head);
  };
}

/** A daemon that was started. */
export interface Daemon {
  /** Settles when the daemon stops; rejects when it cannot go on. */
  readonly done: Promise<void>;
  /** Stops serving, computing and watching; what is on its way to the chain stays in the journal. */
  stop(): Promise<void>;
}

/** Lets a daemon run until the signal aborts or it cannot go on, then stops it. @throws why it cannot go on */
export async function runUntil(daemon: Daemon, signal: AbortSignal): Promise<void> {
  const asked = new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  try {
    await Promise.race([daemon.done, asked]);
  } finally {
    await daemon.stop();
  }
}
