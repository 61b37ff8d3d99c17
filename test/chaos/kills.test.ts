import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { gameRecord, readGameCount } from "../../protocol/index.ts";
import { Network, type DaemonRole } from "../e2e/network.ts";
import { expectClocksKept, expectOnce } from "./support/audit.ts";
import { expectSameCheckpoints, settleJobs, windowSeconds } from "./support/work.ts";
import { drawMoments, type Moment } from "./support/moments.ts";
import { printKills, Victim } from "./support/victim.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_123);

/** Solver and verifier, killed again and again at moments by chance, each time started anew with what is on the disk. */
describe("daemons killed at every kind of moment", function () {
  this.timeout(1_800_000);
  const prng = createPrng(seed);
  let network: Network;

  before(async () => {
    console.log(`    seed ${seed}`);
    network = await Network.start(seed);
  });
  after(() => network.stop());

  /** A daemon that is killed at each of the moments. */
  function victim(role: DaemonRole, moments: Moment[], more: object = {}): Victim {
    return new Victim((env) => network.spawn(role, more, env), moments);
  }

  it("settle every honest job, with every checkpoint right", async () => {
    const everywhere = { journalled: 2, sent: 2, mined: 2, step: 2, drafted: 2, stored: 2 };
    const moments = {
      solver: drawMoments(prng, { ...everywhere, trained: 2, accepted: 1, committed: 2, opened: 1 }, 2),
      verifier: drawMoments(prng, { ...everywhere, replayed: 2, sealed: 1, attested: 1, revealed: 1 }, 3),
    };
    const solver = victim("honest", moments.solver);
    const verifier = victim("verifier", moments.verifier);
    const jobs = await settleJobs(network, () => solver.doomed || verifier.doomed);
    expect(await solver.end()).to.equal(0);
    expect(await verifier.end()).to.equal(0);
    printKills("solver", solver.kills);
    printKills("verifier", verifier.kills);
    expect(solver.kills).to.have.length(20);
    expect(verifier.kills).to.have.length(20);
    expect(await readGameCount(network.chain)).to.equal(0n);
    const { sent, reverted } = await expectOnce(network, "honest");
    expect([...reverted, ...(await expectOnce(network, "verifier")).reverted]).to.deep.equal([]);
    expect(sent.filter(({ functionName }) => functionName === "commit")).to.have.length(8 * jobs.length);
    await expectSameCheckpoints(network, jobs);
  });

  it("finish every game, each move made once and no clock missed", async () => {
    const counts = { "move-chosen": 2, journalled: 1, sent: 2, mined: 2, moved: 2 };
    const moments = {
      solver: drawMoments(prng, { ...counts, step: 1 }, 2),
      verifier: drawMoments(prng, { ...counts, disputed: 1 }, 2),
    };
    const diverges = ["0:4:16:2:3", "1:5:11:3:20", "2:0:4:0:9", "0:0:8:1:30"];
    const games: bigint[] = [];
    while (games.length === 0 || moments.solver.length + moments.verifier.length > 0) {
      const diverge = diverges[games.length % diverges.length]!;
      const solver = victim("dishonest", moments.solver, { diverge });
      const verifier = victim("verifier", moments.verifier);
      const job = await network.finished(await network.submit({ window: windowSeconds }), "verifier");
      expect(job).to.include({ status: "Convicted", convictedCheckpoint: Number(diverge[0]) });
      expect(await solver.end()).to.equal(0);
      expect(await verifier.end()).to.equal(0);
      games.push(await readGameCount(network.chain));
      printKills(`solver in game ${games.length}`, solver.kills);
      printKills(`verifier in game ${games.length}`, verifier.kills);
    }
    expect(games).to.deep.equal(games.map((_game, index) => BigInt(index + 1)));
    for (const id of games) {
      const { view, moves } = await gameRecord(network.chain, id);
      expect(view.game.phase).to.equal("ChallengerWon");
      expect(moves.length).to.equal(view.game.moves - 1);
    }
    await expectClocksKept(network);
    await expectOnce(network, "dishonest");
    await expectOnce(network, "verifier");
  });
});
