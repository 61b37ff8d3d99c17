import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import type { Hex } from "viem";
import { sha256, toHex } from "../../common/index.ts";
import {
  acceptJob,
  approveTokens,
  ArtifactStore,
  commitCheckpoint,
  depositStake,
  encodeManifest,
  manifestHash,
  decodeManifest,
  readCredit,
  readGameCount,
  readJob,
  readStake,
  readTerms,
  readTokens,
  type Call,
} from "../../protocol/index.ts";
import { cancelJob, sendCall, submitJob } from "../../submitter/index.ts";
import { Network, type Role } from "./network.ts";

const garbage = Buffer.from("these are other bytes");

/** What one side publishes costs the other nothing: no stake is locked for it, no bond is lost over it. */
describe("bad data of the other side", function () {
  this.timeout(120_000);
  let network: Network;
  const servers: Server[] = [];

  before(async () => (network = await Network.start(20_261_126)));
  after(async () => {
    await network.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A peer that answers the artifacts named its own way, and the others from the true bundle. */
  async function peer(answers: Readonly<Record<string, RequestListener>>, fallback?: RequestListener): Promise<string> {
    const bundles = new ArtifactStore(join(network.folder, "bundles"));
    const server = createServer((request, response) => {
      const name = (request.url ?? "").slice(1);
      const answer = answers[`0x${name}`] ?? fallback;
      if (answer !== undefined) return answer(request, response);
      void bundles.get(`0x${name}`).then((bytes) => {
        if (bytes === undefined) response.writeHead(404).end();
        else response.end(bytes);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  const other: RequestListener = (_request, response) => void response.end(garbage);
  const gone: RequestListener = (_request, response) => void response.writeHead(410).end();
  const elsewhere: RequestListener = (_request, response) =>
    void response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
  const endless: RequestListener = (_request, response) => {
    const more = (): void => void (!response.destroyed && response.write(Buffer.alloc(65_536)) && setImmediate(more));
    response.on("drain", more);
    more();
  };
  const sender = (role: Role) => ({
    chain: network.chain,
    rpc: network.rpc,
    account: privateKeyToAccount(network.keys[role]),
  });

  /** Submits a job like the first one, of another manifest. */
  async function submitWith(manifest: Hex, answer: RequestListener): Promise<bigint> {
    const terms = { ...(await readTerms(network.chain, 1n)), manifestHash: manifest };
    return (await submitJob(sender("submitter"), { ...terms, uri: await peer({ [manifest]: answer }) })).jobId;
  }

  it("is declined by a solver in a sentence, without a stake; the next good job is taken", async () => {
    const { programRoot, datasetRoot, initialStateRoot, constantRoots, manifestHash: manifest } = network.bundle;
    const bundles = new ArtifactStore(join(network.folder, "bundles"));
    const described = decodeManifest((await bundles.get(manifest))!);
    const unparsable = toHex(sha256(garbage));
    const foreign = encodeManifest({ ...described, roots: { ...described.roots, dataset: described.roots.program } });
    const solver = network.spawn("honest", { maxDatasetBytes: 4_096 });
    const asked: bigint[] = [];
    const declines = async (name: string, jobId: bigint, reason: RegExp): Promise<void> => {
      const declined = await solver.line(({ event, job }) => event === "declined" && job === String(jobId));
      expect(declined.reason, name).to.match(reason);
      asked.push(jobId);
    };
    const served = async (name: string, root: Hex, answer: RequestListener, reason: RegExp): Promise<void> =>
      declines(name, await network.submit({ uri: await peer({ [root]: answer }) }), reason);

    // One after the other, in the order in which artifacts are fetched: what one job brings is not asked for again.
    const wrong = /served 21 bytes that its name does not commit to/;
    await served("a manifest of other bytes", manifest, other, wrong);
    await declines("a manifest that nobody can read", await submitWith(unparsable, other), /manifest is JSON/);
    const hash = manifestHash(foreign);
    const serves: RequestListener = (_request, response) => void response.end(foreign);
    await declines("a manifest of another job", await submitWith(hash, serves), /manifest's dataset root/);
    await served("a program of other bytes", programRoot, other, wrong);
    await served("a program without end", programRoot, endless, /larger than the 67108864 bytes/);
    await served("a constant of other bytes", constantRoots[0]!, other, wrong);
    await served("a state of other bytes", initialStateRoot, other, wrong);
    await served("a state without end", initialStateRoot, endless, /larger than the 76 bytes/);
    await served("a dataset of other bytes", datasetRoot, other, wrong);
    await served("a dataset without end", datasetRoot, endless, /larger than the 4096 bytes/);
    await served("a bundle that is gone", datasetRoot, gone, /answered 410/);
    await served("a bundle that is elsewhere", datasetRoot, elsewhere, /answered 302/);
    expect(await readStake(network.chain, network.address("honest"))).to.include({ staked: 0n, locked: 0n });
    for (const jobId of asked) {
      expect((await readJob(network.chain, jobId)).status).to.equal("Open");
      await cancelJob(sender("submitter"), jobId);
    }
    const good = await network.submit();
    expect(await network.settle(good, "honest")).to.include({ status: "Settled" });
    expect(await solver.end("SIGTERM")).to.equal(0);
  });

  it("in checkpoints costs a verifier nothing: he attests none, and takes the stake that stood behind them", async () => {
    const dishonest = sender("dishonest");
    const pay = (call: Call) => sendCall(dishonest, call);
    const { deployment } = network.chain;
    const jobId = await network.submit({ clock: 30, extension: 30, window: 600 });
    const { stake } = await readTerms(network.chain, jobId);
    await pay(approveTokens(deployment, "staking", stake));
    await pay(depositStake(deployment, stake));
    const { termsHash } = await readJob(network.chain, jobId);
    await pay(acceptJob(deployment, jobId, termsHash, await peer({}, endless)));
    for (let k = 0; k < 3; k++) {
      const [state, segment] = [toHex(sha256(Uint8Array.of(k))), toHex(sha256(Uint8Array.of(k, k)))];
      await pay(commitCheckpoint(deployment, jobId, termsHash, k, state, segment));
    }
    const before = await readTokens(network.chain, network.address("verifier"));
    const verifier = network.spawn("verifier");
    await verifier.line(({ event }) => event === "disputed");
    await network.pass(31);
    const job = await network.finished(jobId, "verifier");
    expect(job).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    const { staked } = await readStake(network.chain, network.address("verifier"));
    expect((await readTokens(network.chain, network.address("verifier"))) + staked > before).to.equal(true);
    expect((await readStake(network.chain, network.address("dishonest"))).staked).to.equal(0n);
    expect(await verifier.end("SIGTERM")).to.equal(0);
  });

  it("in a bundle that turns bad after the acceptance makes a verifier do nothing, and he goes on", async () => {
    let bad = false;
    const turning: RequestListener = (request, response) => {
      const bundles = new ArtifactStore(join(network.folder, "bundles"));
      if (bad) return void response.end(garbage);
      void bundles.get(`0x${(request.url ?? "").slice(1)}`).then((bytes) => response.end(bytes));
    };
    const jobId = await network.submit({ uri: await peer({}, turning), window: 600 });
    const solver = network.spawn("honest");
    await solver.line(({ event, job }) => event === "accepted" && job === String(jobId));
    bad = true;
    await solver.line(
      ({ event, job, checkpoint }) => event === "committed" && job === String(jobId) && checkpoint === 2,
    );
    // The solver, who has the bundle too, is away.
    await solver.end("SIGTERM");
    const games = await readGameCount(network.chain);
    const before = await readTokens(network.chain, network.address("witness"));
    const witness = network.spawn("witness", { enroll: 0 });
    await witness.line(({ event }) => event === "task-failed" || event === "task-retry");
    expect(await network.seats(jobId, "witness")).to.deep.equal([]);
    expect(await readGameCount(network.chain)).to.equal(games);
    network.spawn("honest");
    await witness.line(({ event, job, differs }) => event === "replayed" && job === String(jobId) && differs === false);
    expect(await readTokens(network.chain, network.address("witness"))).to.equal(before);
    expect(await readCredit(network.chain, "pinpoint", network.address("witness"))).to.equal(0n);
    expect(await witness.end("SIGTERM")).to.equal(0);
  });
});
