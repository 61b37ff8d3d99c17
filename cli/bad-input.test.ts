import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { Redis } from "ioredis";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { checkRedis, journalName, scopeOf, startRedis, type RedisServer } from "../daemon/index.ts";
import {
  acceptJob,
  approveTokens,
  ArtifactStore,
  commitCheckpoint,
  connect,
  deployContracts,
  depositStake,
  devAccount,
  devKey,
  readJob,
  readTerms,
  serveArtifacts,
  startAnvil,
  type Anvil,
  type Chain,
  type Deployment,
  type HttpServer,
} from "../protocol/index.ts";
import { sendCall } from "../submitter/index.ts";
import { hashOf, lagging, linear, type Row } from "./bad-input.ts";
import { runCli } from "./run.ts";

describe("bad input", () => {
  const environment = { ...process.env };
  let directory: string;
  let data: string;
  const path = (name: string): string => join(directory, name);
  const put = (name: string, bytes: string | Uint8Array): void => writeFileSync(path(name), bytes);

  async function cli(words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const code = await runCli(words, { stdout, stderr, signal: new AbortController().signal });
    return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
  }

  function judge(row: Row, before: string, { code, err }: { code: number; err: string }): void {
    const line = err.split("\n(add --help")[0]!.trimEnd();
    expect(code, err).to.equal(row.exit ?? 1);
    expect(line.split("\n"), "lines").to.have.length(1);
    expect(err, "a stack trace").not.to.match(/^\s+at |defect/m);
    if (row.code === undefined) expect(line).to.match(/^error: /);
    else expect(line).to.match(new RegExp(`^pinpoint: .*\\(${row.code}\\)$`));
    for (const part of row.says) expect(line).to.contain(part);
    expect(hashOf(data), "data folder").to.equal(before);
  }

  function check(rows: readonly Row[]): void {
    for (const row of rows) {
      it(row.name, async () => {
        const added = row.env?.() ?? {};
        Object.assign(process.env, added);
        try {
          const before = hashOf(data);
          judge(row, before, await cli(row.words()));
        } finally {
          for (const name of Object.keys(added)) delete process.env[name];
        }
      });
    }
  }

  before(() => {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith("PINPOINT_") && name !== "PINPOINT_CACHE") delete process.env[name];
    }
    directory = mkdtempSync(join(tmpdir(), "pinpoint-bad-"));
    data = path("data");
    mkdirSync(data);
    put("data/kept", "as it was");
    put("linear.onnx", linear());
    put("changed.csv", "a,b,c\n1,2,0\n3,4,1\n5,7,2\n");
    put("good.csv", "a,b,c\n1,2,0\n3,4,1\n5,6,2\n");
    put("file", "");
  });
  after(() => {
    rmSync(directory, { recursive: true });
    Object.assign(process.env, environment);
  });

  /** Compiles files that are written first. */
  function compile(model: string | Uint8Array, dataset: string, ...more: string[]): () => string[] {
    return () => {
      put("model.onnx", model);
      put("dataset", dataset);
      return ["compile", path("model.onnx"), "--batch", "2", "--bundle", join(data, "bundle"), ...more];
    };
  }
  const csv = (text: string, ...more: string[]) => {
    const words = compile(linear(), text, ...more);
    return () => [...words(), "--csv", path("dataset")];
  };
  const model = (onnx: string | Uint8Array, ...more: string[]) => {
    const words = compile(onnx, "a,b,c\n1,2,0\n3,4,1\n", ...more);
    return () => [...words(), "--csv", path("dataset")];
  };
  const text = (characters: string, ...more: string[]) => {
    const words = compile(readFileSync(join(import.meta.dirname, "..", "examples", "next-char.onnx")), characters, ...more); // prettier-ignore
    return () => [...words(), "--text", path("dataset")];
  };

  describe("of compile", () => {
    check([
      { name: "a model that is no ONNX file", words: model("no model"), code: "onnx-malformed", says: ["8 bytes", "export the model"] },
      { name: "an empty model", words: model(""), code: "onnx-malformed", says: ["holds no graph", "export the model"] },
      { name: "a model that is not there", words: () => ["compile", path("none.onnx"), "--csv", path("good.csv"), "--bundle", data], code: "no-file", says: ["none.onnx", "ENOENT", "name a file"] },
      { name: "a dataset that is a folder", words: () => ["compile", path("linear.onnx"), "--csv", directory, "--bundle", data], code: "no-file", says: ["EISDIR", "name a file"] },
      { name: "an old opset", words: model(linear({ opset: 9 })), code: "onnx-opset", says: ["opset 9", "11 to 26"] },
      { name: "a node that is not supported", words: model(linear({ opType: "TopK" })), code: "node-unsupported", says: ["op type TopK", "sorts", "leave it out"] },
      { name: "inner shapes that differ", words: model(linear({ weights: [5, 3] })), code: "node-unsupported", says: ["MatMul", "[2, 2] times [5, 3]", "supports"] },
      { name: "a second dynamic dimension", words: model(linear({ shape: ["batch", "width"] })), code: "input-mismatch", says: ['"x"', "second dynamic dimension"] },
      { name: "a fixed batch of another size", words: model(linear({ shape: [7, 2] })), code: "input-mismatch", says: ["fixed batch 7", "compile with that batch"] },
      { name: "a dataset of another width", words: csv("a,b,c,d\n1,2,3,0\n"), code: "input-mismatch", says: ["needs 2 words a sample", "has 3"] },
      { name: "a missing cell", words: csv("a,b,c\n1,,0\n"), code: "csv-malformed", says: ["line 2", "column b is empty"] },
      { name: "a cell that is no number", words: csv("a,b,c\n1,2,0\n1,two,0\n"), code: "csv-malformed", says: ["line 3", 'column b is "two"', "not a number"] },
      { name: "a row that is too short", words: csv("a,b,c\n1,2\n"), code: "csv-malformed", says: ["line 2 has 2 columns, not 3"] },
      { name: "no rows", words: csv("a,b,c\n"), code: "csv-malformed", says: ["no samples of features and a label"] },
      { name: "an empty dataset", words: csv(""), code: "csv-malformed", says: ["no samples"] },
      { name: "a label that is no class", words: csv("a,b,c\n1,2,-1\n"), code: "csv-malformed", says: ["line 2", "label -1", "whole number from 0"] },
      { name: "a label above --classes", words: csv("a,b,c\n1,2,2\n", "--classes", "2"), code: "csv-malformed", says: ["label 2", "0 … 1"] },
      { name: "labels that the model has no output for", words: csv("a,b,c\n1,2,3\n"), code: "labels-out-of-range", says: ["labels are 0 … 3", "has 3 classes", "give it 4"] },
      { name: "a label column that is not there", words: csv("a,b,c\n1,2,0\n", "--label", "z"), code: "csv-malformed", says: ['no label column "z"'] },
      { name: "a column name without a header", words: csv("1,2,0\n", "--no-header", "--label", "c"), exit: 2, says: ['"c"', "give its number"] },
      { name: "a divisor of 0", words: csv("a,b,c\n1,2,0\n", "--divisor", "0"), exit: 2, says: ["'0'", "above 0"] },
      { name: "a data file of no known kind", words: () => ["compile", path("linear.onnx"), "--data", `x=${path("good.csv")}`, "--bundle", data], code: "data-malformed", says: ["no IDX, NPY, NPZ or safetensors file"] },
      { name: "a data file that is not there", words: () => ["compile", path("linear.onnx"), "--data", `x=${path("none.npy")}`, "--bundle", data], code: "no-file", says: ["none.npy"] },
      { name: "a seed without a part", words: csv("a,b,c\n1,2,0\n", "--split-seed", "3"), exit: 2, says: ["--held-out"] },
      { name: "a part that leaves no sample", words: csv("a,b,c\n1,2,0\n", "--held-out", "0.1"), code: "split-impossible", says: ["0.1 of 1 samples"] },
      { name: "a setting of another optimiser", words: csv("a,b,c\n1,2,0\n", "--optimiser", "adam", "--momentum", "0.5"), exit: 2, says: ["--momentum is for --optimiser sgd, rmsprop, not adam"] },
      { name: "a setting of another loss", words: csv("a,b,c\n1,2,0\n", "--delta", "0.5"), exit: 2, says: ["--delta is for --loss huber"] },
      { name: "a schedule of no steps", words: csv("a,b,c\n1,2,0\n", "--schedule", "cosine"), exit: 2, says: ["--schedule-steps"] },
      { name: "a momentum of one", words: csv("a,b,c\n1,2,0\n", "--momentum", "1"), code: "setting-invalid", says: ["momentum of sgd is 1", "below 1"] },
      { name: "a pattern that names nothing", words: csv("a,b,c\n1,2,0\n", "--without-decay", "*.bias"), code: "decay-unknown", says: ["*.bias"] },
      { name: "a learning rate that no float holds", words: csv("a,b,c\n1,2,0\n", "--learning-rate", "1e300"), exit: 2, says: ["'1e300'", "32-bit float"] },
      { name: "a batch of 0", words: csv("a,b,c\n1,2,0\n", "--batch", "0"), exit: 2, says: ["'0'", "from 1 to"] },
      { name: "a text that is too short", words: text("short"), code: "text-too-short", says: ["tokens", "needs at least"] },
      { name: "a held-out part above 1", words: text("long enough", "--held-out", "1.5"), exit: 2, says: ["1.5", "from 0 to below 1"] },
      { name: "a held-out part that is no number", words: text("long enough", "--held-out", "some"), exit: 2, says: ["decimal number"] },
      { name: "a name that is empty, after all artifacts", words: model(linear(), "--name", ""), code: "bad-manifest", says: ["at name"] },
      { name: "a bundle folder below a file", words: () => ["compile", path("linear.onnx"), "--csv", path("good.csv"), "--bundle", path("file/below")], code: "artifact-disk", says: ["Cannot read", "ENOTDIR"] },
    ]); // prettier-ignore

    it("a disk that is full after some artifacts", () => {
      // A limit on the size of a file stands in for a full disk, which needs root; it lets the small model through.
      const rows = Array.from({ length: 2_000 }, (_, i) => `${i},2,${i % 3}`).join("\n");
      const words = csv(`a,b,c\n${rows}\n`)();
      const before = hashOf(data);
      const script = 'ulimit -f 8; exec "$0" "$@"';
      const main = join(import.meta.dirname, "main.ts");
      const { status, stderr } = spawnSync("/bin/sh", ["-c", script, process.execPath, main, ...words], { encoding: "utf8" }); // prettier-ignore
      const row: Row = { name: "", words: () => [], code: "artifact-disk", says: ["Cannot write", "EFBIG"] };
      judge(row, before, { code: status ?? -1, err: stderr });
    });
  });

  describe("of a chain", () => {
    /** Transactions of the account that submits: a refused submission pays for none. */
    let paid: number;
    afterEach(async () => {
      expect(await chain.client.getTransactionCount({ address: devAccount(1).address })).to.equal(paid);
    });

    let anvil: Anvil;
    let chain: Chain;
    let deployment: Deployment;
    let manifest: string;
    let redis: RedisServer;
    let old: string;
    let syncing: string;
    let roots: { programRoot: string; datasetRoot: string };
    const servers: HttpServer[] = [];
    const hostile: Server[] = [];
    const on = (...words: string[]) => [...words, "--rpc", anvil.rpc, "--deployment", path("deployment.json")];
    const submit = (...more: string[]) =>
      on("submit", manifest, "--steps", "8", "--bundle", join(data, "bundle"), "--uri", servers[0]!.url, "--key-file", path("key"), ...more); // prettier-ignore
    /** Submits a job file that is right but for these members; text is written as it stands, and nothing where it is undefined. */
    const file = (changes: object | string | undefined) => () => {
      const dataset = { kind: "csv", file: "good.csv" };
      const training = { batch: 2, optimiser: { kind: "sgd", learningRate: 0.1 } };
      const right = { version: 1, model: { file: "linear.onnx" }, dataset, training, terms: { steps: 8 } };
      rmSync(path("job.json"), { force: true });
      const text = typeof changes === "object" && !Array.isArray(changes) ? JSON.stringify({ ...right, ...changes }) : changes; // prettier-ignore
      if (text !== undefined) put("job.json", text as string);
      return on("submit", path("job.json"), "--bundle", join(data, "bundle"), "--uri", servers[0]!.url, "--key-file", path("key")); // prettier-ignore
    };
    const fetching = (job: string) => on("fetch", job, "--cache", path("empty"));

    async function peer(answer: RequestListener): Promise<string> {
      const server = createServer(answer);
      hostile.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }

    /** A job with one checkpoint, the initial state, that its solver serves at an address. */
    async function job(id: bigint, bundle: string, solver: string, root: `0x${string}`): Promise<void> {
      const submitted = await cli(submit("--uri", bundle, "--interval", "8"));
      expect(submitted.code, submitted.err).to.equal(0);
      const sender = { chain, rpc: anvil.rpc, account: devAccount(2) };
      const { stake } = await readTerms(chain, id);
      await sendCall(sender, approveTokens(deployment, "staking", stake));
      await sendCall(sender, depositStake(deployment, stake));
      const { termsHash } = await readJob(chain, id);
      await sendCall(sender, acceptJob(deployment, id, termsHash, solver));
      await sendCall(sender, commitCheckpoint(deployment, id, termsHash, 0, root, root));
    }

    before(async () => {
      anvil = await startAnvil();
      const poor = generatePrivateKey();
      const fund = [...[1, 2].map((index) => devAccount(index).address), privateKeyToAddress(poor)];
      deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund });
      chain = await connect(anvil.rpc, deployment);
      put("deployment.json", JSON.stringify(deployment));
      put("other.json", JSON.stringify({ ...deployment, genesisHash: `0x${"1".repeat(64)}` }));
      put("elsewhere.json", JSON.stringify({ ...deployment, jobMarket: `0x${"2".repeat(40)}` }));
      put("garbled.json", "{");
      put("partial.json", JSON.stringify({ ...deployment, staking: "0x12" }));
      put("key", devKey(1));
      put("bad.key", "0x1234");
      put("poor.key", poor);
      mkdirSync(path("empty"));
      const words = ["compile", path("linear.onnx"), "--csv", path("good.csv"), "--bundle", join(data, "bundle")];
      const compiled = await cli([...words, "--batch", "2", "--json"]);
      const { manifestHash, initialStateRoot, datasetRoot } = JSON.parse(compiled.out);
      manifest = manifestHash;
      cpSync(join(data, "bundle"), path("damaged"), { recursive: true });
      const file = join(path("damaged"), datasetRoot.slice(2));
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
      servers.push(await serveArtifacts({ store: new ArtifactStore(join(data, "bundle")) }));
      const good = servers[0]!.url;
      const other = await peer((_request, response) => void response.end("other bytes"));
      const endless = await peer((_request, response) => {
        const more = (): void => void (!response.destroyed && response.write(Buffer.alloc(65_536)) && setImmediate(more)); // prettier-ignore
        response.on("drain", more);
        more();
      });
      const missing = await peer((_request, response) => void response.writeHead(404).end());
      const away = "http://127.0.0.1:1";
      await job(1n, away, good, initialStateRoot);
      await job(2n, other, good, initialStateRoot);
      await job(3n, good, other, initialStateRoot);
      await job(4n, good, endless, initialStateRoot);
      await job(5n, missing, good, initialStateRoot);
      await job(6n, good, away, initialStateRoot);
      await job(7n, endless, good, initialStateRoot);
      const open = await cli(submit());
      expect(open.code, open.err).to.equal(0);
      const running = await cli(submit());
      expect(running.code, running.err).to.equal(0);
      const { stake } = await readTerms(chain, 9n);
      const sender = { chain, rpc: anvil.rpc, account: devAccount(2) };
      await sendCall(sender, approveTokens(deployment, "staking", stake));
      await sendCall(sender, depositStake(deployment, stake));
      await sendCall(sender, acceptJob(deployment, 9n, (await readJob(chain, 9n)).termsHash, good));
      put("other.key", devKey(2));
      put("public.json", JSON.stringify({ ...deployment, chainId: 1 }));
      old = await peer(
        lagging(anvil.rpc, ({ timestamp }) => ({ timestamp: `0x${(Number(timestamp) - 86_400).toString(16)}` })),
      );
      syncing = await peer(lagging(anvil.rpc, () => ({ number: "0x0" })));
      mkdirSync(path("half"));
      cpSync(join(data, "bundle"), path("half"), { recursive: true });
      writeFileSync(join(path("half"), initialStateRoot.slice(2)), "torn");
      mkdirSync(path("broken"));
      writeFileSync(join(path("broken"), journalName(scopeOf(deployment, devAccount(1).address))), "x".repeat(5_000));
      roots = { programRoot: JSON.parse(compiled.out).programRoot, datasetRoot };
      paid = await chain.client.getTransactionCount({ address: devAccount(1).address });
      redis = await startRedis(path("redis"), { ...process.env, REDIS_URL: undefined });
      await checkRedis(redis.address);
      const client = new Redis(redis.address);
      await client.config("SET", "maxmemory-policy", "allkeys-lru");
      client.disconnect();
    });
    after(async () => {
      for (const server of servers) await server.close();
      for (const server of hostile) {
        server.closeAllConnections();
        server.close();
      }
      await redis?.stop();
      await anvil.stop();
    });

    check([
      { name: "no deployment file", words: () => ["status", "--deployment", path("none.json")], code: "deployment-missing", says: ["none.json", "pinpoint devnet"] },
      { name: "a deployment file that is no JSON", words: () => ["status", "--deployment", path("garbled.json")], code: "bad-deployment", says: ["garbled.json is not JSON"] },
      { name: "a deployment file with a bad address", words: () => ["status", "--deployment", path("partial.json")], code: "bad-deployment", says: ["partial.json", "40 hex digits", "at staking"] },
      { name: "a deployment of another chain", words: () => ["status", "--rpc", anvil.rpc, "--deployment", path("other.json")], code: "wrong-chain", says: ["serves another chain", "choose another of either"] },
      { name: "a node that is away", words: () => ["status", "--rpc", "http://127.0.0.1:1", "--deployment", path("deployment.json")], code: "rpc-unreachable", says: ["The node"] },
      { name: "a node's address that is none", words: () => ["status", "--rpc", "nowhere", "--deployment", path("deployment.json")], code: "bad-rpc", says: ['"nowhere"', "http or https address"] },
      { name: "a job that is not there", words: () => on("status", "99"), code: "no-job", says: ["no job 99"] },
      { name: "a manifest that is not compiled", words: () => submit().with(1, `0x${"3".repeat(64)}`), code: "not-prepared", says: ["does not hold 0x333", "pinpoint compile"] },
      { name: "a bundle with a damaged dataset", words: () => submit("--bundle", path("damaged")), code: "bundle-damaged", says: ["is damaged", "pinpoint compile"] },
      { name: "a uri that is no address", words: () => submit("--uri", "somewhere"), code: "bad-uri", says: ['"somewhere"', "http://"] },
      { name: "a price beyond all money", words: () => submit("--unit-price", String(2n ** 128n - 1n)), code: "amount-too-large", says: ["The price would be", "at most", "fewer steps"] },
      { name: "an amount of more than 128 bits", words: () => submit("--stake", String(2n ** 128n)), exit: 2, says: ["smallest unit"] },
      { name: "a price above what the account has", words: () => submit("--unit-price", String(10n ** 30n)), code: "tokens-short", says: ["and needs", "send it tokens"] },
      { name: "a stake below the least", words: () => submit("--stake", "1"), code: "reverted-term-out-of-range", says: ['"stake" is 1', "must be from"] },
      { name: "a window longer than a stake is held", words: () => submit("--window", "4000000000"), code: "reverted-term-out-of-range", says: ['"window plus the longest game"', "must be from 0 to"] },
      { name: "a clock below the extension", words: () => submit("--clock", "60"), code: "reverted-term-out-of-range", says: ['"clock" is 60', "must be from 600"] },
      { name: "an interval above the steps", words: () => submit("--interval", "9"), code: "reverted-term-out-of-range", says: ['"interval" is 9', "must be from 1 to 8"] },
      { name: "a time that is none", words: () => submit("--heartbeat", "0"), exit: 2, says: ["'0'", "from 1 to"] },
      { name: "a garbled key", words: () => submit("--key-file", path("bad.key")), code: "bad-key", says: ["64 hexadecimal digits"] },
      { name: "a key file that is not there", words: () => submit("--key-file", path("none.key")), code: "no-key", says: ["none.key"] },
      { name: "an account without coin for gas", words: () => submit("--key-file", path("poor.key")), code: "insufficient-funds", says: ["too little", "pay for gas"] },
      { name: "a bundle at an address that does not answer", words: () => fetching("1"), code: "artifact-unreachable", says: ["127.0.0.1:1/", "cannot be reached"] },
      { name: "a bundle of other bytes", words: () => fetching("2"), code: "artifact-wrong", says: ["served 11 bytes", "does not commit to"] },
      { name: "a bundle that is not there", words: () => fetching("5"), code: "artifact-missing", says: ["is not there (yet)"] },
      { name: "a checkpoint of other bytes", words: () => fetching("3"), code: "artifact-wrong", says: ["served 11 bytes"] },
      { name: "a checkpoint without end", words: () => fetching("4"), code: "artifact-too-large", says: ["larger than the 28 bytes"] },
      { name: "a checkpoint at an address that does not answer", words: () => fetching("6"), code: "artifact-unreachable", says: ["cannot be reached"] },
      { name: "a checkpoint to verify of other bytes", words: () => on("verify", "2", "--cache", path("empty2")), code: "artifact-wrong", says: ["served 11 bytes"] },
      { name: "a trained model to a folder that is not there", words: () => on("fetch", "1", "--cache", join(data, "bundle"), "--out", path("none/model.onnx")), code: "no-file", says: ["none/model.onnx", "ENOENT", "name another file"] },
      { name: "a solver with a garbled key", words: () => on("solver", "--data", join(data, "solver"), "--key-file", path("bad.key")), code: "bad-key", says: ["64 hexadecimal digits"] },
      { name: "a verifier without a key", words: () => on("verifier", "--data", join(data, "verifier")), code: "no-key", says: ["pinpoint key new"] },
      { name: "a lie rate above the whole", words: () => on("verifier", "--whistleblower", "--lie-rate", "1.5"), exit: 2, says: ["'1.5'", "from 0 to 1"] },
      { name: "a whistleblower who replays all", words: () => on("verifier", "--whistleblower", "--replay", "all"), exit: 2, says: ["cannot be used with"] },
      { name: "a verifier whose Redis is away", words: () => on("verifier", "--data", path("verifier"), "--key-file", path("key"), "--log-level", "silent"), env: () => ({ REDIS_URL: "redis://127.0.0.1:1" }), code: "redis-away", says: ["No Redis answers at redis://127.0.0.1:1"] },
      { name: "a solver whose Redis may drop keys", words: () => on("solver", "--data", path("solver"), "--key-file", path("key"), "--log-level", "silent"), env: () => ({ REDIS_URL: redis.address }), code: "redis-evicts", says: ["noeviction", "allkeys-lru"] },
      { name: "a bundle without end", words: () => on("fetch", "7", "--cache", path("empty3")), code: "artifact-too-large", says: ["larger than the 67108864 bytes"] },
      { name: "a node that is still before the contracts", words: () => ["status", "--rpc", syncing, "--deployment", path("deployment.json")], code: "node-behind", says: ["is at block 0", "before the contracts' block", "wait until it has caught up"] },
      { name: "a node whose newest block is old", words: () => [...submit().slice(0, 8), "--key-file", path("key"), "--bundle", join(data, "bundle"), "--uri", servers[0]!.url, "--rpc", old, "--deployment", path("public.json")], code: "node-behind", says: ["seconds old", "at most 600", "name another --rpc"] },
      { name: "a damaged checkpoint, its solver away", words: () => on("fetch", "6", "--cache", path("half")), code: "artifact-unreachable", says: ["half/", "is damaged", "cannot be reached"] },
      { name: "a solver whose journal is damaged", words: () => on("solver", "--data", path("broken"), "--key-file", path("key"), "--log-level", "silent"), code: "journal-open", says: ["broken/journal-", "not a database", "last copy"] },
      { name: "a job of another to cancel", words: () => on("cancel", "8", "--key-file", path("other.key")), code: "not-submitter", says: [devAccount(1).address, devAccount(2).address, "sign with the submitter's"] },
      { name: "a job of another to end", words: () => on("end", "9", "--key-file", path("other.key")), code: "not-submitter", says: [devAccount(1).address, devAccount(2).address] },
      { name: "a job to cancel that a solver has", words: () => on("cancel", "9", "--key-file", path("key")), code: "job-accepted", says: ["`pinpoint end 9`"] },
      { name: "a job to end that nobody has", words: () => on("end", "8", "--key-file", path("key")), code: "job-not-accepted", says: ["`pinpoint cancel 8`"] },
      { name: "a job to end that is closing", words: () => on("end", "1", "--key-file", path("key")), code: "reverted-wrong-status", says: ["Job 1 is Closing"] },
      { name: "a job to end that is not there", words: () => on("end", "99", "--key-file", path("key")), code: "no-job", says: ["no job 99"] },
      { name: "a job to cancel that is no number", words: () => on("cancel", "first"), exit: 2, says: ["'first'", "1, 2, …"] },
      { name: "a withdrawal to no address", words: () => on("withdraw", "--to", "0x12", "--key-file", path("key")), exit: 2, says: ["'0x12'", "40 hexadecimal digits"] },
      { name: "costs that are no amount", words: () => on("jobs", "--cost-per-unit", "-1"), exit: 2, says: ["smallest unit"] },
      { name: "a solver's program that is no root", words: () => on("solver", "--program", "0x12"), exit: 2, says: ["'0x12'", "64 hexadecimal digits"] },
      { name: "a parent that is not there", words: () => on("submit", "--parent", "99", "--steps", "8", "--bundle", join(data, "bundle"), "--uri", servers[0]!.url), code: "no-job", says: ["There is no job 99"] },
      { name: "nothing to submit", words: () => on("submit", "--steps", "8"), exit: 2, says: ["--parent <job>"] },
      { name: "a manifest without steps", words: () => on("submit", manifest, "--bundle", join(data, "bundle")), exit: 2, says: ["--steps"] },
      { name: "a job file that is not there", words: file(undefined), code: "no-job-file", says: ["job.json", "ENOENT", "name a file"] },
      { name: "a job file that is no JSON", words: file("{"), code: "bad-job-file", says: ["job.json", "not JSON"] },
      { name: "a job file that is a list", words: file("[]"), code: "bad-job-file", says: ["it is []", "must be an object"] },
      { name: "a job file without steps", words: file({ terms: {} }), code: "bad-job-file", says: ['"terms.steps" is missing', "must be a number"] },
      { name: "a job file of another version", words: file({ version: 2 }), code: "bad-job-file", says: ['"version" is 2', "must be 1"] },
      { name: "a job file with an unknown member", words: file({ terms: { steps: 8, stepz: 8 } }), code: "bad-job-file", says: ['"terms" has the unknown member "stepz"'] },
      { name: "a job file with a number that is a text", words: file({ training: { batch: "two", optimiser: { kind: "sgd", learningRate: 0.1 } } }), code: "bad-job-file", says: ['"training.batch" is "two"', "must be a number"] },
      { name: "a job file with a learning rate of 0", words: file({ training: { batch: 2, optimiser: { kind: "sgd", learningRate: 0 } } }), code: "setting-invalid", says: ["learningRate of sgd is 0", "above 0"] },
      { name: "a job file of an unknown kind of data", words: file({ dataset: { kind: "images", file: "good.csv" } }), code: "bad-job-file", says: ['"dataset.kind" is "images"', 'must be "text" or "csv"'] },
      { name: "a job file with an amount of parts", words: file({ terms: { steps: 8, stake: 0.5 } }), code: "bad-job-file", says: ['"terms.stake" is 0.5', "whole number below 2^128"] },
      { name: "a job file with an amount too large", words: file({ terms: { steps: 8, bounty: String(2n ** 128n) } }), code: "bad-job-file", says: ['"terms.bounty"', "below 2^128"] },
      { name: "a job file with a heartbeat of 0", words: file({ terms: { steps: 8, heartbeat: 0 } }), code: "bad-job-file", says: ['"terms.heartbeat" is 0', "at least 1"] },
      { name: "a job file with a time to accept in the past", words: file({ terms: { steps: 8, acceptWithin: -5 } }), code: "bad-job-file", says: ['"terms.acceptWithin" is -5', "at least 1"] },
      { name: "a job file with a column name without a header", words: file({ dataset: { kind: "csv", file: "good.csv", header: false, label: "c" } }), code: "bad-job-file", says: ['column "c"', "give its number"] },
      { name: "a job file whose model is not there", words: file({ model: { file: "none.onnx" } }), code: "no-file", says: ["none.onnx", "ENOENT", "name a file"] },
      { name: "a job file that expects another program", words: file({ expected: { programRoot: `0x${"4".repeat(64)}` } }), code: "root-mismatch", says: ["expects the program root 0x444", "restore what it was written for"] },
      { name: "a job file whose data has changed", words: () => file({ expected: roots, dataset: { kind: "csv", file: "changed.csv" } })(), code: "root-mismatch", says: ["expects the dataset root", "give 0x"] },
      { name: "a job file with a root that is none", words: file({ expected: { programRoot: "0x12" } }), code: "bad-job-file", says: ['"expected.programRoot" is "0x12"', "64 hex digits"] },
      { name: "a job file and a term besides", words: () => [...file({})(), "--seed", "3"], exit: 2, says: ["--seed", "change it in"] },
      { name: "a job file with a clock below the extension", words: file({ terms: { steps: 8, clock: 60 } }), code: "reverted-term-out-of-range", says: ['"clock" is 60', "must be from 600"] },
      { name: "a job file with an address that is none", words: () => file({ terms: { steps: 8, uri: "somewhere" } })().filter((word) => !word.startsWith("http") || word === anvil.rpc).filter((word) => word !== "--uri"), code: "bad-uri", says: ['"somewhere"', "http://"] },
      { name: "a draft over another file", words: () => on("draft", path("linear.onnx"), "--csv", path("good.csv"), "--batch", "2", "--steps", "8", "--bundle", path("drafts"), "--out", path("good.csv")), code: "job-file-exists", says: ["good.csv is there already", "name another file"] },
      { name: "a draft to a folder that is not there", words: () => on("draft", path("linear.onnx"), "--csv", path("good.csv"), "--batch", "2", "--steps", "8", "--bundle", path("drafts"), "--out", path("none/job.json")), code: "no-job-file", says: ["none/job.json", "ENOENT", "name another file"] },
      { name: "an indexer below a file", words: () => on("indexer", "--data", path("file/below"), "--log-level", "silent"), code: "index-file", says: ["Cannot use", "name another file"] },
    ]); // prettier-ignore
  });
});
