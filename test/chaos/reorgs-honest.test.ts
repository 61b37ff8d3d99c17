import { join } from "node:path";
import { expect } from "chai";
import { Journal, journalName, resetBreak, scopeOf } from "../../daemon/index.ts";
import { gameRecord, readCredit, readGame, readGameCount, readJob, readStake } from "../../protocol/index.ts";
import { Network } from "../e2e/network.ts";
import { audit } from "./support/audit.ts";
import { ReorgingMiner } from "./support/reorgs.ts";

const place = { operator: 11, element: 3, bit: 20 };

/** An honest solver is accused by a machine with bad memory, and the chain is reorganised at every move of it. */
describe("a reorganised chain and an honest solver", function () {
  this.timeout(900_000);
  let network: Network;

  before(async () => (network = await Network.start(20_261_132, { mining: "asked" })));
  after(() => network.stop());

  /** Lets the machine with bad memory accuse again. */
  function mend(): void {
    const name = journalName(scopeOf(network.chain.deployment, network.address("witness")));
    const journal = new Journal(join(network.folder, "witness", name));
    resetBreak(journal);
    journal.close();
  }

  for (const depths of [
    [1, 2, 3],
    [16, 9, 5],
    [4, 16, 2],
  ] as const) {
    it(`wins, reorganised by ${depths.join(", ")} blocks when accused, when he answers and when it ends`, async () => {
      const { chain } = network;
      const solver = network.spawn("honest");
      // The same wrong bit in both replays: it accuses, and cannot play, for in the game it computes right.
      const verifier = network.spawn("witness", {
        faults: [1, 2].map((execution) => ({ ...place, execution })),
        enroll: "0",
      });
      for (const daemon of [solver, verifier]) await daemon.line(({ event }) => event === "started");
      const miner = new ReorgingMiner(network, []);
      let jobId: bigint | undefined;
      const submitted = network.submit({ window: 100_000, clock: 3_600, extension: 600, heartbeat: 100_000 });
      void submitted.then((id) => (jobId = id));
      await miner.until(async () => jobId !== undefined && (await readJob(chain, jobId)).status === "Closing");
      const game = (await readGameCount(chain)) + 1n;
      const [opened, answered, ended] = depths;
      const reorging = new ReorgingMiner(network, [
        { kind: "GameOpened", depth: opened },
        { kind: "StepsRevealed", depth: answered },
        { kind: "TimedOut", depth: ended },
      ]);
      await reorging.until(async () => reorging.done.length === 2 && (await readGame(chain, game)).game.moves === 1);
      await network.pass(8_000);
      await reorging.until(
        async () => reorging.done.length === 3 && (await readGame(chain, game)).game.phase === "DefenderWon",
      );
      const honest = network.address("honest");
      await miner.until(async () => (await readCredit(chain, "pinpoint", honest)) === 0n);
      const { view, events } = await gameRecord(chain, game);
      // The end that was taken back takes the chain's clock back too: then the challenger plays on, to a judgement.
      const end = events.find(({ eventName }) => eventName === "TimedOut" || eventName === "Judged")?.eventName;
      expect(view).to.have.nested.property("game.phase", "DefenderWon");
      expect((await readJob(chain, jobId!)).status).to.equal("Closing");
      const { locked, staked } = await readStake(chain, honest);
      expect(locked > 0n && staked >= locked).to.equal(true);
      await Promise.all([solver.end("SIGTERM"), verifier.end("SIGTERM")]);
      mend();
      await miner.until(async () => {
        const [latest, pending] = await Promise.all(
          (["latest", "pending"] as const).map((blockTag) =>
            chain.client.getTransactionCount({ address: honest, blockTag }),
          ),
        );
        return latest === pending;
      });
      const { repeated, gaps, sent, reverted } = await audit(chain, honest);
      expect([repeated, gaps]).to.deep.equal([[], 0]);
      console.log(
        `    game ${game}: won by ${end}; ${sent.length} transactions of the solver so far, ${reverted.length} reverted`,
      );
    });
  }
});
