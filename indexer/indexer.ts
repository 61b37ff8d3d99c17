import { setTimeout } from "node:timers/promises";
import { DefectError, OperatorError, TransientError } from "../common/index.ts";
import {
  connect,
  listen,
  readGamesAtRisk,
  riskTotals,
  type Chain,
  type Deployment,
  type GameAtRisk,
  type RiskTotals,
} from "../protocol/index.ts";
import { indexRoutes, type Health } from "./api.ts";
import { Database } from "./database.ts";
import { indexedContracts } from "./events.ts";
import { Reconciler } from "./reconcile.ts";
import { syncOnce, type Progress } from "./sync.ts";

export interface IndexerConfig {
  readonly rpc: string;
  readonly deployment: Deployment;
  /** File of the index; `:memory:` keeps it in memory. */
  readonly database: string;
  readonly host?: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** UNITS: ms between looks at the chain; 500 if not given. */
  readonly pollMs?: number;
  /** Told of what happens: progress, reorganisations, a node that is away. */
  readonly onNotice?: (notice: string) => void;
}

export interface Indexer {
  /** Base address of the API. */
  readonly url: string;
  /** How far the index is, and what keeps it. */
  health(): Health;
  /** What open games may cost whom; read from the chain at most once a `pollMs`. */
  atRisk(): Promise<{ readonly totals: RiskTotals; readonly games: readonly GameAtRisk[] }>;
  /** Fails when the indexer cannot go on. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

async function readRisks(chain: Chain) {
  const games = await readGamesAtRisk(chain);
  return { totals: riskTotals(games), games };
}

/** One reading for everybody who asks within a time: strangers must not make the node work for every question. */
class Shared<T> {
  readonly #read: () => Promise<T>;
  readonly #freshMs: number;
  #at = Number.NEGATIVE_INFINITY;
  #reading: Promise<T> | undefined;

  constructor(read: () => Promise<T>, freshMs: number) {
    this.#read = read;
    this.#freshMs = freshMs;
  }

  read(): Promise<T> {
    if (this.#reading !== undefined && performance.now() - this.#at < this.#freshMs) return this.#reading;
    this.#at = performance.now();
    this.#reading = this.#read();
    this.#reading.catch(() => (this.#reading = undefined));
    return this.#reading;
  }
}

/**
 * Follows the chain and serves the index until it is stopped. A node that is away is waited for.
 * Errors: OperatorError `index-file`, `listen`, `wrong-chain`; TransientError `rpc-unreachable` at the start only.
 */
export async function startIndexer(config: IndexerConfig): Promise<Indexer> {
  const { deployment, pollMs = 500, onNotice = () => undefined } = config;
  const chain = await connect(config.rpc, deployment);
  const database = new Database(config.database);
  const { genesisHash } = deployment;
  const contracts = indexedContracts(deployment).map((address) => address.toLowerCase());
  if (database.claim({ genesisHash, contracts })) onNotice("The index was of another chain and is built anew.");
  let health: Health = { ok: true };
  const stopping = new AbortController();
  const reconciler = new Reconciler(chain, database);
  /** The head at which tables and state agreed last. */
  let compared: number | undefined;
  const atRisk = new Shared(() => readRisks(chain), pollMs);
  const server = await listen(
    indexRoutes(
      database,
      () => health,
      () => atRisk.read(),
    ),
    config,
  ).catch((error: unknown) => {
    database.close();
    throw error;
  });

  const look = async (): Promise<Progress | undefined> => {
    try {
      const progress = await syncOnce(chain, database);
      if (progress.forgotten > 0) onNotice(`The chain was reorganised: ${progress.forgotten} stored blocks fell.`);
      const news = progress.indexed === progress.head && (progress.head !== compared || progress.forgotten > 0);
      const difference = news ? await reconciler.look(progress.head) : undefined;
      if (difference !== undefined) {
        onNotice(`${difference}: the node left logs out, and they are read again.`);
        health = { ok: false, ...progress, error: difference };
        return undefined;
      }
      if (news) compared = progress.head;
      health = { ok: true, ...progress };
      return progress;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      health = { ...health, ok: error.code === "chain-moved", error: error.message };
      if (error.code !== "chain-moved") onNotice(error.message);
      return undefined;
    }
  };
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const progress = await look();
      if (progress !== undefined && progress.indexed < progress.head) continue;
      await setTimeout(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const ended = follow();
  ended.catch((error: unknown) => {
    const known = error instanceof OperatorError || error instanceof DefectError;
    health = { ...health, ok: false, error: known ? error.message : String(error) };
  });
  const stop = async (): Promise<void> => {
    stopping.abort();
    await ended.catch(() => undefined);
    await server.close();
    database.close();
  };
  return { url: server.url, health: () => health, atRisk: () => atRisk.read(), ended, stop };
}
