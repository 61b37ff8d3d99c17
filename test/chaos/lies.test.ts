import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { gameRecord, readGame, readGameCount, readJob } from "../../protocol/index.ts";
import { Network, type DaemonProcess } from "../e2e/network.ts";
import { expectClocksKept, expectOnce } from "./support/audit.ts";
import { contentsOf, freshContents, indexOf } from "./support/index-contents.ts";
import { NodeProxy, type RpcRequest } from "./support/node-proxy.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_129);
const roles = ["submitter", "dishonest", "verifier"] as const;

/** Blocks within which everything is right again after a node tells all it has: docs/operating.md states them. */
const healing = { daemon: 2n, indexer: 3n };

/** Nodes that leave logs out, show an old chain, or fall back. */
describe("a node that lies", function () {
  this.timeout(1_800_000);
  const prng = createPrng(seed);
  let network: Network;
  let proxies: NodeProxy[];

  before(async () => {
    console.log(`    seed ${seed}`);
    network = await Network.start(seed);
    proxies = await Promise.all([1, 2, 3].map(() => NodeProxy.start(network.rpc)));
  });
  after(async () => {
    for (const proxy of proxies) await proxy.stop();
    await network.stop();
  });

  const head = () => network.chain.client.getBlockNumber({ cacheTime: 0 });

  async function blocks(count: bigint): Promise<void> {
    const end = (await head()) + count;
    await network.until(async () => (await head()) >= end);
  }

  /** Blocks of two seconds that pass until something holds, so that a machine's speed does not count. */
  async function blocksUntil(condition: () => Promise<boolean>): Promise<bigint> {
    await network.request("evm_setIntervalMining", 2);
    const start = await head();
    await network.until(condition);
    const passed = (await head()) - start;
    await network.request("evm_setIntervalMining", 1);
    return passed;
  }

  const withoutLogs = (keep: () => boolean) => (request: RpcRequest, result: unknown) =>
    request.method === "eth_getLogs" ? (result as unknown[]).filter(() => keep()) : result;

  it("keeps nobody for longer than some blocks by leaving logs out", async () => {
    const [ofSolver, ofVerifier, ofIndexer] = proxies as [NodeProxy, NodeProxy, NodeProxy];
    // A solver decides by state alone: he gets no log at all.
    ofSolver.answer = withoutLogs(() => false);
    ofVerifier.answer = withoutLogs(() => prng.below(2) === 0 && prng.below(2) === 0);
    ofIndexer.answer = withoutLogs(() => prng.below(2) === 0);
    const notices: string[] = [];
    const indexer = await indexOf(network, { rpc: ofIndexer.url, onNotice: (notice) => notices.push(notice) });
    const solver = network.spawn("dishonest", { diverge: "0:4:16:2:3", rpcUrl: ofSolver.url });
    const verifier = network.spawn("verifier", { rpcUrl: ofVerifier.url });
    const jobId = await network.submit({ window: 3_600 });
    ofVerifier.answer = withoutLogs(() => false);
    await verifier.line(({ event }) => event === "history-short");
    const { game } = await readGame(network.chain, 1n);
    ofVerifier.answer = (_request, result) => result;
    const moved = await blocksUntil(async () => (await readGame(network.chain, 1n)).game.moves > game.moves);
    ofVerifier.answer = (request, result) => (prng.below(3) === 0 ? withoutLogs(() => false)(request, result) : result);
    expect(await network.finished(jobId, "verifier")).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    await Promise.all([verifier.end("SIGTERM"), solver.end("SIGTERM")]);
    expect(indexer.health().ok).to.equal(false);
    ofIndexer.answer = (_request, result) => result;
    const indexed = await blocksUntil(async () => indexer.health().ok);
    console.log(
      `    after all logs were back: the verifier moved within ${moved} blocks, the index was whole within ${indexed}`,
    );
    console.log(`    ${notices.length} notices of the indexer; the last: ${notices.at(-1)}`);
    expect(moved <= healing.daemon && indexed <= healing.indexer).to.equal(true);
    const [contents, fresh] = [await contentsOf(indexer, network, roles), await freshContents(network, roles)];
    for (const [name, value] of Object.entries(fresh)) expect(contents[name], name).to.deep.equal(value);
    await indexer.stop();
    await expectClocksKept(network);
    for (const role of ["dishonest", "verifier"] as const)
      expect((await expectOnce(network, role)).reverted).to.deep.equal([]);
  });

  /** A view of the chain as it was at a block. */
  const frozenAt =
    (block: bigint) =>
    (request: RpcRequest): RpcRequest => {
      const tag = `0x${block.toString(16)}`;
      return {
        ...request,
        params: request.params.map((param) => (param === "latest" || param === "pending" ? tag : param)),
      };
    };

  async function health(daemon: DaemonProcess): Promise<string> {
    const { url } = await daemon.line(({ event }) => event === "metrics");
    return (await fetch(`${String(url)}/health`)).text();
  }

  it("makes nobody dispute or send while it lags", async () => {
    const proxy = proxies[1]!;
    proxy.answer = (_request, result) => result;
    const count = await readGameCount(network.chain);
    const sent = () => network.chain.client.getTransactionCount({ address: network.address("verifier") });
    const before = await sent();
    const verifier = network.spawn("verifier", { rpcUrl: proxy.url, maxLagSeconds: 300 });
    await verifier.line(({ event }) => event === "started");
    // The newest block is a thousand seconds old, as far as it tells.
    proxy.answer = (request, result) => {
      if (request.method !== "eth_getBlockByNumber" || request.params[0] !== "latest") return result;
      return { ...(result as object), timestamp: `0x${(Math.floor(Date.now() / 1_000) - 1_000).toString(16)}` };
    };
    await verifier.line(({ event }) => event === "node-lags");
    const solver = network.spawn("dishonest", { diverge: "0:4:16:2:3" });
    const jobId = await network.submit({ window: 3_600 });
    await network.until(async () => (await readJob(network.chain, jobId)).committed === 3);
    await blocks(8n);
    expect([await readGameCount(network.chain), await sent()]).to.deep.equal([count, before]);
    expect(await health(verifier)).to.contain("lags: its newest block is");
    proxy.answer = (_request, result) => result;
    await verifier.line(({ event }) => event === "node-current");
    await verifier.line(({ event }) => event === "disputed");
    // Now it falls back by more than any reorganisation, and the solver moves.
    process.kill(solver.pid, "SIGSTOP");
    const then = [(await readGame(network.chain, count + 1n)).game.moves, await sent()];
    const fallen = await head();
    await network.request("anvil_mine", "0x14");
    await blocks(2n);
    proxy.ask = frozenAt(fallen);
    await network.until(async () => verifier.lines.filter(({ event }) => event === "node-lags").length === 2);
    process.kill(solver.pid, "SIGCONT");
    await network.until(async () => (await readGame(network.chain, count + 1n)).game.moves > then[0]!);
    await blocks(8n);
    expect(await health(verifier)).to.contain("and was at");
    const now = [(await readGame(network.chain, count + 1n)).game.moves, await sent()];
    expect(now).to.deep.equal([then[0]! + 1, then[1]]);
    proxy.ask = (request) => request;
    expect(await network.finished(jobId, "verifier")).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    const { moves } = await gameRecord(network.chain, count + 1n);
    console.log(
      `    0 transactions of the verifier in 8 blocks of lag, twice; ${moves.length} moves and a judgement after`,
    );
    await Promise.all([verifier.end("SIGTERM"), solver.end("SIGTERM")]);
    await expectClocksKept(network);
    for (const role of ["dishonest", "verifier"] as const) await expectOnce(network, role);
  });
});
