import { join } from "node:path";
import { expect } from "chai";
import { gameRecord, readGameCount, readJob } from "../../protocol/index.ts";
import { audit } from "../chaos/support/audit.ts";
import { contentsOf, freshContents, indexOf } from "../chaos/support/index-contents.ts";
import { NodeProxy, type Trouble } from "../chaos/support/node-proxy.ts";
import { RedisVictim } from "../chaos/support/redis-victim.ts";
import { sufferAll } from "../chaos/support/work.ts";
import { Network, type DaemonProcess } from "./network.ts";

/** A few moments of each kind; `npm run test:chaos` has the others. */
describe("a little chaos", function () {
  this.timeout(120_000);
  const never = new AbortController().signal;
  let network: Network;
  let proxy: NodeProxy;
  let verifier: DaemonProcess;

  before(async () => {
    network = await Network.start(20_261_131);
    proxy = await NodeProxy.start(network.rpc);
    // The first replay flips a bit; the verifier's way to the node is the proxy.
    const faults = [{ execution: 1, operator: 11, element: 3, bit: 20 }];
    verifier = network.spawn("verifier", { rpcUrl: proxy.url, faults });
  });
  after(async () => {
    await proxy.stop();
    await network.stop();
  });

  it("settles an honest job: Redis killed and wiped, answers lost, a bit flipped in a replay", async () => {
    const troubles: Trouble[] = [
      { kind: "unanswered", method: "eth_sendRawTransaction", passage: 1 },
      { kind: "unsent", method: "eth_getTransactionReceipt", passage: 1 },
      { kind: "refused", afterMs: 20, forMs: 300 },
      { kind: "cut", afterMs: 20, forMs: 0 },
    ];
    const solver = network.spawn("honest");
    for (const daemon of [solver, verifier]) await daemon.line(({ event }) => event === "started");
    const redis = new RedisVictim(solver, join(network.folder, "honest"));
    // Three seats: the verifier has something to send after each trouble.
    const jobId = await network.submit({ draws: 3 });
    const suffered = sufferAll(troubles, never, (trouble) => proxy.suffer(trouble, never));
    for (const wipe of [false, true]) await redis.kill({ afterMs: 50, wipe }, never);
    await verifier.line(({ error }) => (error as { code?: string } | undefined)?.code === "executions-disagree");
    expect(await suffered).to.equal(4);
    await network.verify(jobId, 3, "verifier");
    expect(await network.finished(jobId, "honest")).to.include({ status: "Settled", committed: 3, openGames: 0 });
    expect(await readGameCount(network.chain)).to.equal(0n);
    expect(await solver.end("SIGTERM")).to.equal(0);
  });

  it("convicts a liar though the chain is reorganised, and the index is that of the chain as it is", async () => {
    const indexer = await indexOf(network);
    const solver = network.spawn("dishonest", { diverge: "0:4:16:2:3" });
    const jobId = await network.submit({ window: 3_600 });
    for (const [move, depth] of [["revealSteps", 1] as const, ["pickSide", 4] as const]) {
      for (const daemon of [solver, verifier])
        if ((move === "pickSide") === (daemon === verifier)) await daemon.line((line) => line.move === move);
      await network.request("anvil_reorg", depth, []);
    }
    expect(await network.finished(jobId, "verifier")).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    const { view } = await gameRecord(network.chain, await readGameCount(network.chain));
    expect(view.game).to.include({ phase: "ChallengerWon", operator: 16, firstStep: 4 });
    for (const daemon of [solver, verifier]) expect(await daemon.end("SIGTERM")).to.equal(0);
    for (const role of ["honest", "dishonest", "verifier"] as const) {
      const { repeated, gaps } = await audit(network.chain, network.address(role));
      expect([repeated, gaps], role).to.deep.equal([[], 0]);
    }
    const roles = ["submitter", "dishonest", "verifier"] as const;
    expect(await contentsOf(indexer, network, roles)).to.deep.equal(await freshContents(network, roles));
    await indexer.stop();
    expect((await readJob(network.chain, jobId)).openGames).to.equal(0);
  });
});
