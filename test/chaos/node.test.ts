import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { gameRecord, readGameCount } from "../../protocol/index.ts";
import { Network } from "../e2e/network.ts";
import { expectClocksKept, expectOnce } from "./support/audit.ts";
import { drawTroubles, nameOfTrouble, NodeProxy, type Trouble } from "./support/node-proxy.ts";
import { expectSameCheckpoints, settleJobs, sufferAll, windowSeconds } from "./support/work.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_127);

/** The way to the node, broken at moments by chance, also between a transaction and its receipt. */
describe("daemons whose node is cut off", function () {
  this.timeout(1_800_000);
  const prng = createPrng(seed);
  const proxies: NodeProxy[] = [];
  let network: Network;

  before(async () => {
    console.log(`    seed ${seed}`);
    network = await Network.start(seed);
    for (let i = 0; i < 2; i++) proxies.push(await NodeProxy.start(network.rpc));
  });
  after(async () => {
    for (const proxy of proxies) await proxy.stop();
    await network.stop();
  });

  function troubles(proxy: NodeProxy, left: Trouble[], met: string[], stop: AbortSignal): Promise<number> {
    return sufferAll(left, stop, async (trouble) => {
      const came = await proxy.suffer(trouble, stop);
      if (came) met.push(nameOfTrouble(trouble));
      return came;
    });
  }

  const draw = (scale: number): Trouble[] =>
    drawTroubles(
      prng,
      [
        ["unanswered", "eth_sendRawTransaction", 3 * scale],
        ["unsent", "eth_sendRawTransaction", 2 * scale],
        ["unanswered", "eth_getTransactionReceipt", 2 * scale],
        ["unsent", "eth_getTransactionCount", scale],
        ["unanswered", "eth_call", scale],
      ],
      { cut: scale, refused: scale, silent: scale },
    );

  it("settle every honest job, with every checkpoint right", async () => {
    const left = [draw(2), draw(2)];
    const met: string[][] = [[], []];
    const stop = new AbortController();
    const solver = network.spawn("honest", { rpcUrl: proxies[0]!.url });
    const verifier = network.spawn("verifier", { rpcUrl: proxies[1]!.url });
    for (const daemon of [solver, verifier]) await daemon.line(({ event }) => event === "started");
    const suffered = Promise.all(proxies.map((proxy, i) => troubles(proxy, left[i]!, met[i]!, stop.signal)));
    const jobs = await settleJobs(network, () => left.flat().length > 0);
    stop.abort();
    const counts = await suffered;
    for (const [i, name] of ["solver", "verifier"].entries()) console.log(`    ${name}: ${met[i]!.join(", ")}`);
    console.log(`    ${counts.join(" and ")} troubles, ${jobs.length} jobs`);
    for (const count of counts) expect(count).to.be.at.least(20);
    for (const daemon of [solver, verifier]) expect(await daemon.end("SIGTERM")).to.equal(0);
    expect(await readGameCount(network.chain)).to.equal(0n);
    await expectSameCheckpoints(network, jobs);
    for (const role of ["honest", "verifier"] as const)
      expect((await expectOnce(network, role)).reverted).to.deep.equal([]);
  });

  it("finish every game, each move made once and no clock missed", async () => {
    const left = [draw(1), draw(1)];
    const diverges = ["0:4:16:2:3", "2:0:4:0:9"];
    for (let game = 0n; game === 0n || left.flat().length > 0; game++) {
      const diverge = diverges[Number(game) % diverges.length]!;
      const met: string[][] = [[], []];
      const stop = new AbortController();
      const solver = network.spawn("dishonest", { rpcUrl: proxies[0]!.url, diverge });
      const verifier = network.spawn("verifier", { rpcUrl: proxies[1]!.url });
      for (const daemon of [solver, verifier]) await daemon.line(({ event }) => event === "started");
      const suffered = Promise.all(proxies.map((proxy, i) => troubles(proxy, left[i]!, met[i]!, stop.signal)));
      const job = await network.finished(await network.submit({ window: windowSeconds }), "verifier");
      stop.abort();
      await suffered;
      console.log(`    game ${game + 1n}: solver ${met[0]!.join(", ")}; verifier ${met[1]!.join(", ")}`);
      expect(job).to.include({ status: "Convicted", convictedCheckpoint: Number(diverge[0]) });
      for (const daemon of [solver, verifier]) expect(await daemon.end("SIGTERM")).to.equal(0);
      const { view, moves } = await gameRecord(network.chain, game + 1n);
      expect(view.game.phase).to.equal("ChallengerWon");
      expect(moves.length).to.equal(view.game.moves - 1);
    }
    await expectClocksKept(network);
    for (const role of ["dishonest", "verifier"] as const) await expectOnce(network, role);
  });
});
