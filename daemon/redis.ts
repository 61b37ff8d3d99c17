import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { OperatorError } from "../common/index.ts";
import { cachedRedis, fetchRedisPackage, type RedisBinary } from "./redis-package.ts";

export type { RedisBinary } from "./redis-package.ts";

export interface RedisServer {
  /** What `new Redis(address)` of ioredis takes: a URL, or the absolute path of a socket. Also fits `REDIS_URL`. */
  address: string;
  /** The program that was started; absent where `REDIS_URL` named a server. */
  binary?: string;
  /** Ends the server after it has written its log; does nothing to a server that `REDIS_URL` named. */
  stop(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

const START_LIMIT_MS = 20_000;
const RESTART_PAUSE_MS = 250;

/**
 * Runs the command until its own input ends, which it does however this process ends, SIGKILL included: a server left
 * behind would write the same files as the next one.
 */
const UNTIL_INPUT_ENDS = `
  exec 3<&0
  "$@" 3<&- </dev/null & server=$!
  { read -r _ <&3; kill "$server"; } 2>/dev/null & watcher=$!
  wait "$server"; status=$?
  kill "$watcher" 2>/dev/null
  exit "$status"
`;

function onPath(env: Environment): RedisBinary | undefined {
  for (const folder of (env.PATH ?? "").split(delimiter).filter((part) => part !== "")) {
    for (const name of ["redis-server", "valkey-server"]) {
      const binary = resolve(folder, name);
      try {
        accessSync(binary, constants.X_OK);
        return { binary };
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** Where fetched programs are kept. */
export function cacheFolder(env: Environment = process.env): string {
  return resolve(env.PINPOINT_CACHE ?? join(homedir(), ".cache", "pinpoint"));
}

/**
 * A Redis server to run: on PATH, else the copy in the cache, else Debian's package, fetched into the cache
 * (`PINPOINT_CACHE`, by default `~/.cache/pinpoint`) without root.
 *
 * @throws OperatorError `redis-missing` where none of these can be had.
 */
export async function findRedis(env: Environment = process.env): Promise<RedisBinary> {
  const folder = join(cacheFolder(env), "redis");
  const present = onPath(env) ?? cachedRedis(folder);
  if (present !== undefined) return present;
  const advice = "Install Redis 6.2 or later (on Debian: apt install redis-server), or set REDIS_URL to a running one.";
  try {
    const fetched = await fetchRedisPackage(folder);
    if (fetched !== undefined) return fetched;
  } catch (cause) {
    throw new OperatorError("redis-missing", advice, { cache: folder }, { cause });
  }
  throw new OperatorError("redis-missing", advice, { cache: folder });
}

/** Durable, as a lost queue costs deadlines; never evicting, as BullMQ's keys are not a cache; reachable by us only. */
function serverFlags(socket: string, dataDir: string): string[] {
  const flags = {
    port: "0",
    unixsocket: socket,
    unixsocketperm: "700",
    dir: dataDir,
    pidfile: join(dataDir, "redis.pid"),
    save: "",
    appendonly: "yes",
    "maxmemory-policy": "noeviction",
  };
  return Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
}

/** Resolves when the server says that it is ready; the end of its output goes into the error when it does not. */
function whenReady(child: ChildProcess, dataDir: string): Promise<void> {
  return new Promise((resolveReady, reject) => {
    let output = "";
    const fail = (cause?: Error) => {
      clearTimeout(timer);
      const facts = { dataDir, output: output.slice(-2000) };
      reject(new OperatorError("redis-start", `Redis does not start in ${dataDir}: see its output.`, facts, { cause }));
    };
    const timer = globalThis.setTimeout(fail, START_LIMIT_MS);
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-10_000);
      if (!/ready to accept connections/i.test(output)) return;
      clearTimeout(timer);
      resolveReady();
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", fail);
    child.once("exit", () => fail());
  });
}

interface Running {
  readonly child: ChildProcess;
  /** Settles when nobody writes its files any more. */
  readonly ended: Promise<void>;
}

function launch(command: readonly string[], env: Environment): Running {
  const child = spawn("/bin/sh", ["-c", UNTIL_INPUT_ENDS, "redis", ...command], { stdio: "pipe", env });
  return { child, ended: new Promise((resolveEnded) => child.once("close", () => resolveEnded())) };
}

/**
 * A Redis for this process: the one that `REDIS_URL` names, or a private child that keeps its data in `dataDir`,
 * listens on a socket only and ends with this process. A child that ends by itself is started again, with the same address
 * and what its log kept; its process id is in `dataDir/redis.pid`.
 *
 * ASSUMES: no other process has a server on the same `dataDir`.
 *
 * @param onRestart called when the child ended by itself
 * @throws OperatorError `redis-missing`, `redis-start`.
 */
export async function startRedis(
  dataDir: string,
  env: Environment = process.env,
  onRestart: () => void = () => undefined,
): Promise<RedisServer> {
  if (env.REDIS_URL !== undefined) return { address: env.REDIS_URL, stop: async () => {} };
  const { binary, libraryPath } = await findRedis(env);
  mkdirSync(dataDir, { recursive: true });
  // Not in dataDir: the path of a socket may have 107 bytes only.
  const socketDir = mkdtempSync(join(tmpdir(), "pinpoint-redis-"));
  const address = join(socketDir, "redis.sock");

  const command = [binary, ...serverFlags(address, resolve(dataDir))];
  const libraries = libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath };
  let running = launch(command, { ...env, ...libraries });
  const stopping = new AbortController();
  const supervise = async (): Promise<void> => {
    for (;;) {
      await running.ended;
      await setTimeout(RESTART_PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      onRestart();
      running = launch(command, { ...env, ...libraries });
      await whenReady(running.child, dataDir).catch(() => running.child.stdin?.end());
    }
  };
  let supervised = running.ended;
  const stop = async () => {
    stopping.abort();
    running.child.stdin?.end();
    await supervised;
    rmSync(socketDir, { recursive: true, force: true });
  };
  try {
    await whenReady(running.child, dataDir);
  } catch (error) {
    await stop();
    throw error;
  }
  supervised = supervise();
  return { address, binary, stop };
}
