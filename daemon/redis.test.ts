import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { OperatorError } from "../common/index.ts";
import { findRedis, startRedis } from "./redis.ts";

describe("redis", () => {
  let folder: string;
  /** As if no server were named; the binary may come from PATH, the cache or Debian. */
  const env = { ...process.env, REDIS_URL: undefined };

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "pinpoint-redis-test-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Commands on a connection of their own. */
  async function using<T>(address: string, commands: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(address, { maxRetriesPerRequest: null });
    try {
      return await commands(redis);
    } finally {
      redis.disconnect();
    }
  }

  it("starts a private server that never evicts", async () => {
    const server = await startRedis(folder, env);
    try {
      await using(server.address, async (redis) => {
        expect(await redis.ping()).to.equal("PONG");
        expect(await redis.config("GET", "maxmemory-policy")).to.deep.equal(["maxmemory-policy", "noeviction"]);
        expect(await redis.config("GET", "port")).to.deep.equal(["port", "0"]);
      });
    } finally {
      await server.stop();
    }
    expect(existsSync(server.address)).to.equal(false);
  });

  it("keeps its data across a restart", async () => {
    const first = await startRedis(folder, env);
    await using(first.address, (redis) => redis.set("job", "7"));
    await first.stop();
    const second = await startRedis(folder, env);
    expect(await using(second.address, (redis) => redis.get("job"))).to.equal("7");
    await second.stop();
  });

  it("starts a killed server again at the same address, with its data", async () => {
    const restarted = Promise.withResolvers<void>();
    const server = await startRedis(folder, env, restarted.resolve);
    try {
      await using(server.address, async (redis) => {
        redis.on("error", () => undefined);
        await redis.set("job", "7");
        process.kill(Number(readFileSync(join(folder, "redis.pid"), "utf8")), "SIGKILL");
        await restarted.promise;
        expect(await redis.get("job")).to.equal("7");
      });
    } finally {
      await server.stop();
    }
    expect(existsSync(server.address)).to.equal(false);
  });

  it("ends the server when its owner is killed", async () => {
    const script = `
      const { startRedis } = await import(${JSON.stringify(join(import.meta.dirname, "redis.ts"))});
      console.log((await startRedis(${JSON.stringify(folder)}, { ...process.env, REDIS_URL: undefined })).address);
      setInterval(() => {}, 1000);`;
    const owner = spawn(process.execPath, ["--input-type=module", "--eval", script]);
    const [address] = (await once(owner.stdout, "data")) as [Buffer];
    const redis = new Redis(address.toString().trim(), { retryStrategy: () => null });
    await redis.ping();
    owner.kill("SIGKILL");
    await once(redis, "end");
  });

  it("prefers the server that REDIS_URL names, and does not stop it", async () => {
    const server = await startRedis(folder, { REDIS_URL: "redis://queue.example:6379" });
    expect(server.address).to.equal("redis://queue.example:6379");
    await server.stop();
  });

  it("prefers a server on PATH to the cache", async () => {
    for (const name of ["redis-server", "valkey-server"]) {
      writeFileSync(join(folder, name), "", { mode: 0o755 });
      expect(await findRedis({ PATH: folder })).to.deep.equal({ binary: join(folder, name) });
      rmSync(join(folder, name));
    }
  });

  it("says how to install one when there is none", async () => {
    // A file where the cache should be: nothing can be fetched into it, with or without a network.
    const file = join(folder, "file");
    writeFileSync(file, "");
    const error = await findRedis({ PATH: folder, PINPOINT_CACHE: file }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError).and.to.include({ code: "redis-missing" });
  });

  it("shows what the server said when it does not start", async () => {
    writeFileSync(join(folder, "redis-server"), "#!/bin/sh\necho no memory\nexit 1\n", { mode: 0o755 });
    const error = await startRedis(folder, { PATH: folder }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(OperatorError).and.to.include({ code: "redis-start" });
    expect((error as OperatorError).facts.output).to.equal("no memory\n");
  });
});
