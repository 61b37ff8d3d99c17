import { expect } from "chai";
import type { Indexer } from "../../indexer/index.ts";
import {
  finishedStatuses,
  gameRecord,
  readCredit,
  readGameCount,
  readJob,
  readStake,
  readTokens,
} from "../../protocol/index.ts";
import { Network, type DaemonProcess } from "../e2e/network.ts";
import { audit, expectClocksKept } from "./support/audit.ts";
import { contentsOf, freshContents, indexOf } from "./support/index-contents.ts";
import { deepest, kinds, printReorgs, ReorgingMiner } from "./support/reorgs.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_128);
/** Jobs with a game each; sixteen take every kind of move back at every depth. */
const games = Number(process.env.PINPOINT_REORG_GAMES ?? deepest);
const roles = ["submitter", "dishonest", "verifier"] as const;

/** The chain is reorganised at every kind of move, from one block to sixteen. */
describe("a reorganised chain", function () {
  this.timeout(1_800_000);
  let network: Network;
  let indexer: Indexer;
  let solver: DaemonProcess;
  let verifier: DaemonProcess;
  const done: ReorgingMiner["done"] = [];

  before(async () => {
    console.log(`    seed ${seed}`);
    network = await Network.start(seed, { mining: "asked" });
    indexer = await indexOf(network);
    solver = network.spawn("dishonest", { diverge: "1:5:11:3:20" });
    verifier = network.spawn("verifier");
    for (const daemon of [solver, verifier]) await daemon.line(({ event }) => event === "started");
  });
  after(async () => {
    printReorgs(done);
    await indexer.stop();
    await network.stop();
  });

  /** What the verifier has, staked or not. UNITS: the token's smallest. */
  async function worth(): Promise<bigint> {
    const address = network.address("verifier");
    const [free, { staked }] = await Promise.all([
      readTokens(network.chain, address),
      readStake(network.chain, address),
    ]);
    return free + staked;
  }

  /** A job that no reorganisation reaches: the solver sleeps until enough blocks are on top of it. */
  async function submitDeep(): Promise<bigint> {
    process.kill(solver.pid, "SIGSTOP");
    const submitted = network.submit({
      draws: 3,
      window: 100_000,
      clock: 3_600,
      extension: 600,
      heartbeat: 100_000,
    });
    let waiting = true;
    const miner = new ReorgingMiner(network, []);
    void submitted.finally(() => (waiting = false)).catch(() => undefined);
    await miner.until(async () => !waiting);
    await network.request("anvil_mine", `0x${(deepest + 1).toString(16)}`);
    process.kill(solver.pid, "SIGCONT");
    return submitted;
  }

  for (let round = 0; round < games; round++) {
    it(`convicts the liar of game ${round + 1}, whatever is taken back`, async () => {
      const { chain } = network;
      const before = await worth();
      const left = kinds.map((kind, index) => ({ kind, depth: 1 + ((5 * index + round) % deepest) }));
      const jobId = await submitDeep();
      const miner = new ReorgingMiner(network, left);
      const owed = () => readCredit(chain, "pinpoint", network.address("verifier"));
      await miner.until(async () => {
        const { status, openGames } = await readJob(chain, jobId);
        const over = finishedStatuses.includes(status) && openGames === 0 && miner.done.length === kinds.length;
        return over && (await owed()) === 0n;
      });
      done.push(...miner.done);
      expect(await readJob(chain, jobId)).to.include({ status: "Convicted", convictedCheckpoint: 1 });
      const count = await readGameCount(chain);
      expect(count).to.equal(BigInt(round + 1));
      const { view, events } = await gameRecord(chain, count);
      expect(view.game).to.include({ phase: "ChallengerWon", operator: 11, firstStep: 13 });
      expect(events.find((event) => event.eventName === "Judged")?.args).to.include({ operator: 11, element: 3n });
      expect((await worth()) > before).to.equal(true);
    });
  }

  it("leaves no action done twice, no gap, no clock missed, nothing broken", async () => {
    const accounts = (["dishonest", "verifier"] as const).map((role) => network.address(role));
    await new ReorgingMiner(network, []).until(async () => {
      const counts = accounts.flatMap((address) =>
        (["latest", "pending"] as const).map((blockTag) =>
          network.chain.client.getTransactionCount({ address, blockTag }),
        ),
      );
      const [first, firstPending, second, secondPending] = await Promise.all(counts);
      return first === firstPending && second === secondPending;
    });
    expect(await verifier.end("SIGTERM")).to.equal(0);
    expect(await solver.end("SIGTERM")).to.equal(0);
    await expectClocksKept(network);
    for (const role of ["dishonest", "verifier"] as const) {
      const { sent, gaps, reverted, repeated } = await audit(network.chain, network.address(role));
      const names = reverted.map(({ functionName }) => functionName).join(", ");
      console.log(`    ${role}: ${sent.length} transactions, ${reverted.length} reverted ${names && `(${names})`}`);
      expect([repeated, gaps], role).to.deep.equal([[], 0]);
    }
    expect([...solver.lines, ...verifier.lines].filter(({ event }) => event === "broken")).to.deep.equal([]);
  });

  it("leaves an index that equals a fresh one", async () => {
    await network.request("evm_setIntervalMining", 1);
    const contents = await contentsOf(indexer, network, roles);
    const fresh = await freshContents(network, roles);
    for (const [name, value] of Object.entries(fresh)) expect(contents[name], name).to.deep.equal(value);
  });
});
