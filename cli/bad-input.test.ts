import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { Redis } from "ioredis";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { checkRedis, startRedis, type RedisServer } from "../daemon/index.ts";
import { writeOnnx, type TensorData } from "../engine/index.ts";
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
import { runCli } from "./run.ts";

/** A command line that cannot succeed, and all that it may leave behind: a status and one line. */
interface Row {
  readonly name: string;
  readonly words: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  /** 1 if left out. */
  readonly exit?: number;
  /** Of the error; absent where commander refuses the command line itself. */
  readonly code?: string;
  /** What was found, what was expected, what to do. */
  readonly says: readonly string[];
}

const zeros = (...shape: number[]): TensorData => ({
  dtype: "f32",
  shape,
  values: new Float32Array(shape.reduce((a, b) => a * b, 1)),
});

/** A linear classifier of two numbers. */
function linear(options: { shape?: (number | string)[]; weights?: number[]; opType?: string; opset?: number } = {}) {
  const { shape = ["batch", 2], weights = [2, 3], opType = "MatMul", opset = 17 } = options;
  return writeOnnx({
    name: "linear",
    opset,
    inputs: [{ name: "x", dtype: "f32", shape }],
    outputs: [{ name: "y", dtype: "f32" }],
    initialisers: { w: zeros(...weights) },
    nodes: [{ opType, inputs: ["x", "w"], output: "y" }],
  });
}

/** Names and bytes of all files below a folder. */
function hashOf(folder: string): string {
  const hash = createHash("sha256");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  for (const file of files.toSorted()) hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  return hash.digest("hex");
}

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
    const servers: HttpServer[] = [];
    const hostile: Server[] = [];
    const on = (...words: string[]) => [...words, "--rpc", anvil.rpc, "--deployment", path("deployment.json")];
    const submit = (...more: string[]) =>
      on("submit", manifest, "--steps", "8", "--bundle", join(data, "bundle"), "--uri", servers[0]!.url, "--key-file", path("key"), ...more); // prettier-ignore
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
      await sendCall(sender, acceptJob(deployment, id, (await readJob(chain, id)).termsHash, solver));
      await sendCall(sender, commitCheckpoint(deployment, id, 0, root, root));
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
      { name: "a time that is none", words: () => submit("--duration", "0"), exit: 2, says: ["'0'", "from 1 to"] },
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
      { name: "a verifier whose Redis is away", words: () => on("verifier", "--data", path("verifier"), "--key-file", path("key"), "--log-level", "silent"), env: () => ({ REDIS_URL: "redis://127.0.0.1:1" }), code: "redis-away", says: ["No Redis answers at redis://127.0.0.1:1"] },
      { name: "a solver whose Redis may drop keys", words: () => on("solver", "--data", path("solver"), "--key-file", path("key"), "--log-level", "silent"), env: () => ({ REDIS_URL: redis.address }), code: "redis-evicts", says: ["noeviction", "allkeys-lru"] },
      { name: "an indexer below a file", words: () => on("indexer", "--data", path("file/below"), "--log-level", "silent"), code: "index-file", says: ["Cannot use", "name another file"] },
    ]); // prettier-ignore
  });
});
