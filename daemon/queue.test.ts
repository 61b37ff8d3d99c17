import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { OperatorError, TransientError } from "../common/index.ts";
import { createLog } from "./log.ts";
import { checkRedis, openQueue, type TaskQueue } from "./queue.ts";
import { startRedis, type RedisServer } from "./redis.ts";

describe("queue", () => {
  const log = createLog("test", "silent");
  let folder: string;
  let server: RedisServer;
  const queues: TaskQueue<number>[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-queue-"));
    server = await startRedis(folder, { ...process.env, REDIS_URL: undefined });
  });
  after(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    for (const queue of queues.splice(0)) await queue.close();
  });

  async function open(prefix: string, run: (data: number, id: string) => Promise<void>): Promise<TaskQueue<number>> {
    const queue = await openQueue<number>({
      redis: server.address,
      prefix,
      name: "work",
      concurrency: 1,
      log,
      lockMs: 600,
      run,
    });
    queues.push(queue);
    return queue;
  }

  it("does a task once per id, in order", async () => {
    const done: string[] = [];
    const last = Promise.withResolvers<void>();
    const queue = await open("order", async (data, id) => {
      done.push(`${id}:${data}`);
      if (id === "train-1-2") last.resolve();
    });
    await Promise.all([queue.add("train-1-0", 7), queue.add("train-1-0", 7), queue.add("train-1-1", 8)]);
    await queue.add("train-1-2", 9);
    await last.promise;
    expect(done).to.deep.equal(["train-1-0:7", "train-1-1:8", "train-1-2:9"]);
  });

  it("tries again what may pass, and gives up what cannot", async () => {
    let attempts = 0;
    const done = Promise.withResolvers<void>();
    const queue = await open("retry", async (_data, id) => {
      if (id === "done") return done.resolve();
      attempts++;
      if (id === "away" && attempts === 1) throw new TransientError("away", "Not there yet.");
      if (id === "away") return await queue.add("broken", 0);
      await queue.add("done", 0);
      await queue.add("broken", 0);
      throw new OperatorError("broken", "Broken for good.");
    });
    await queue.add("away", 0);
    await done.promise;
    await queue.add("broken", 0);
    expect(attempts).to.equal(3);
  });

  it("hands a killed worker's task to the next one", async () => {
    const program = `
      const { openQueue } = await import(${JSON.stringify(new URL("./queue.ts", import.meta.url).href)});
      const { createLog } = await import(${JSON.stringify(new URL("./log.ts", import.meta.url).href)});
      const run = () => { console.log("running"); return new Promise(() => setInterval(() => {}, 1000)); };
      const queue = await openQueue({ redis: ${JSON.stringify(server.address)}, prefix: "kill", name: "work", concurrency: 1, log: createLog("child", "silent"), lockMs: 600, run });
      await queue.add("replay-1-0", 5);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    const taken = Promise.withResolvers<string>();
    await open("kill", async (data, id) => taken.resolve(`${id}:${data}`));
    expect(await taken.promise).to.equal("replay-1-0:5");
  });

  it("refuses a Redis that may drop keys", async () => {
    const redis = new Redis(server.address);
    await redis.config("SET", "maxmemory-policy", "allkeys-lru");
    const error = await checkRedis(server.address).catch((thrown: unknown) => thrown);
    await redis.config("SET", "maxmemory-policy", "noeviction");
    redis.disconnect();
    expect(error).to.be.instanceOf(OperatorError).with.property("code", "redis-evicts");
    expect(error)
      .to.have.property("message")
      .that.matches(/noeviction, not allkeys-lru\.$/);
    expect(await checkRedis(join(folder, "none.sock")).catch((thrown: unknown) => thrown))
      .to.be.instanceOf(OperatorError)
      .with.property("code", "redis-away");
  });
});
