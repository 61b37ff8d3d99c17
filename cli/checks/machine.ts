import { accessSync, constants, existsSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { ComputePool, inspectRedis, putExampleBundle, startRedis } from "../../daemon/index.ts";
import { bestEngine, findNative, type Engine } from "../../engine/index.ts";
import { ArtifactStore } from "../../protocol/index.ts";
import { fail, ok, warn, type Result } from "./check.ts";

/** Node runs our TypeScript itself from 22.18 on; 24 is what everything is tested with. */
export function checkNode(version: string): Result {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const advice = "Start it through npm (npx pinpoint), which uses the Node that the package brings.";
  if (major >= 24) return ok(version);
  if (major > 22 || (major === 22 && minor >= 18)) return warn(`${version}, and Node 24 is tested`, advice);
  return fail(`${version} is too old`, advice);
}

/** Bundle and roots of the self-test: the smallest program with every operator. */
const selfTest = {
  seed: 20_261_123,
  steps: 12,
  endRoot: "0xff61475ed5ca54e540ba7181e266a6d7621d4151ea0e7e341435da3402aa19a5",
  segmentRoot: "0xfd19f67e5bbb19aa4396811e5610486e3f8a31eb3d7e745b6f6e521ffb11c12a",
} as const;

/** Which engine is used where none is named. */
export async function checkBest(): Promise<Result> {
  const { engine, note } = await bestEngine();
  const { sets, absence } = await findNative();
  if (engine === "native") return ok(`native kernels, ${sets[0]}`);
  if (absence !== undefined) return ok(`WebAssembly; ${note}`);
  return warn(
    `WebAssembly; ${note}`,
    "Rebuild (npm run build); if it stays so, please report the processor and compiler.",
  );
}

/** Whether an engine reaches the roots that every engine must, on a worker thread as in a daemon. */
export async function checkEngine(engine: Engine): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "pinpoint-doctor-"));
  const pool = new ComputePool({ workers: 1, threads: 2, directory, engine });
  try {
    const { seed, steps } = selfTest;
    const { programRoot, datasetRoot, initialStateRoot } = await putExampleBundle(new ArtifactStore(directory), seed);
    const roots = { programRoot, datasetRoot, startRoot: initialStateRoot };
    const segment = { ...roots, firstStep: 0, steps, grid: 4, seed, order: "shuffled" as const };
    const { endRoot, segmentRoot, elapsedMs } = await pool.segment({ segment, keep: false });
    if (endRoot === selfTest.endRoot && segmentRoot === selfTest.segmentRoot) {
      return ok(`reaches the known roots of ${steps} steps (${elapsedMs.toFixed(0)} ms)`);
    }
    const advice =
      "Do not train or verify with it: rebuild (npm run build), else suspect the machine's memory or processor.";
    return fail(`reaches the state ${endRoot}, and ${selfTest.endRoot} is right`, advice);
  } finally {
    await pool.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Redis as a daemon would get it: the one that REDIS_URL names, or a private one that is started and stopped. */
export async function checkRedisServer(env: Record<string, string | undefined>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), "pinpoint-doctor-"));
  const redis = await startRedis(directory, env);
  try {
    const { version, policy } = await inspectRedis(redis.address);
    const how = redis.binary === undefined ? "named by REDIS_URL" : `private, ${redis.binary}`;
    const found = `${version}, ${how}, policy ${policy}`;
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (policy !== "noeviction") {
      return fail(found, "It may drop queued work: set maxmemory-policy noeviction.");
    }
    if (major < 6 || (major === 6 && minor < 2)) return fail(found, "Install Redis 6.2 or later.");
    return ok(found);
  } finally {
    await redis.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** UNITS: bytes. */
const [leastFree, enoughFree] = [2 ** 27, 2 ** 31];

/** Whether a folder, or the one it would be made in, can be written and has room for checkpoints. */
export function checkDisk(folder: string): Result {
  let place = resolve(folder);
  while (!existsSync(place)) place = dirname(place);
  try {
    accessSync(place, constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      `${place} cannot be written`,
      "Name another --data folder, or give this user the right to write there.",
    );
  }
  const { bavail, bsize } = statfsSync(place);
  const free = bavail * bsize;
  const message = `${(free / 2 ** 30).toFixed(1)} GiB free at ${place}`;
  const advice = "Make room: every checkpoint keeps the whole state, and a full disk stops training and defence.";
  if (free < leastFree) return fail(message, advice);
  return free < enoughFree ? warn(message, advice) : ok(message);
}
