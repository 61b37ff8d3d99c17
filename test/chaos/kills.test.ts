import { join } from "node:path";
import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { ArtifactStore, gameRecord, readCheckpoint, readGameCount, readJob, type Job } from "../../protocol/index.ts";
import { Network, type DaemonRole } from "../e2e/network.ts";
import { audit, type Audit } from "./support/audit.ts";
import { drawMoments, type Moment } from "./support/moments.ts";
import { printKills, Victim } from "./support/victim.ts";

/** A window that no kill makes anyone miss; the chain is moved past it. UNITS: seconds. */
const windowSeconds = 900;

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_123);

/** Solver and verifier, killed again and again at moments by chance, each time started anew with what is on the disk. */
describe("daemons killed at every kind of moment", function () {
  this.timeout(600_000);
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

  /** What the account has on the chain: nothing twice, no gap, nothing on its way. */
  async function audited(role: DaemonRole): Promise<Audit> {
    const found = await audit(network.chain, network.address(role));
    expect(found.doubles, `${role}'s doubles`).to.deep.equal([]);
    expect(found.gaps, `${role}'s gaps`).to.equal(0);
    console.log(`    ${role}: ${found.sent.length} transactions, 0 double, 0 gaps, ${found.reverted.length} reverted`);
    return found;
  }

  async function expectNoClockMissed(): Promise<void> {
    for (let id = 1n; id <= (await readGameCount(network.chain)); id++) {
      const { events } = await gameRecord(network.chain, id);
      expect(events.map(({ eventName }) => eventName)).to.not.include("TimedOut");
    }
  }

  it("settle every honest job, with every checkpoint right", async () => {
    const everywhere = { journalled: 2, sent: 2, mined: 2, step: 2, drafted: 2, stored: 2 };
    const moments = {
      solver: drawMoments(prng, { ...everywhere, trained: 2, accepted: 1, committed: 2 }, 3),
      verifier: drawMoments(prng, { ...everywhere, replayed: 2, attested: 2 }, 4),
    };
    const solver = victim("honest", moments.solver);
    const verifier = victim("verifier", moments.verifier);
    const jobIds: bigint[] = [];
    while (jobIds.length === 0 || solver.doomed || verifier.doomed) {
      const jobId = await network.submit({ steps: 24, interval: 3, grid: 1, window: windowSeconds });
      jobIds.push(jobId);
      const attested = async () => (await readJob(network.chain, jobId)).attestations === 8;
      await network.until(attested);
    }
    await network.pass(windowSeconds);
    const jobs: Job[] = [];
    for (const jobId of jobIds) jobs.push(await network.finished(jobId, "honest", "verifier"));
    expect(await solver.end()).to.equal(0);
    expect(await verifier.end()).to.equal(0);
    printKills("solver", solver.kills);
    printKills("verifier", verifier.kills);
    expect(solver.kills).to.have.length(20);
    expect(verifier.kills).to.have.length(20);
    for (const job of jobs) expect(job).to.include({ status: "Settled", committed: 8, attestations: 8, openGames: 0 });
    expect(await readGameCount(network.chain)).to.equal(0n);
    const { sent } = await audited("honest");
    expect(sent.filter(({ functionName }) => functionName === "commit")).to.have.length(8 * jobs.length);
    await audited("verifier");
    await expectSameCheckpoints(jobs);
  });

  /** Every job of one program ends each segment in the same state; both sides still hold each of them. */
  async function expectSameCheckpoints(jobs: readonly Job[]): Promise<void> {
    for (let k = 0; k < 8; k++) {
      const claims = await Promise.all(jobs.map(({ id }) => readCheckpoint(network.chain, id, k)));
      for (const claim of claims) expect(claim).to.deep.equal(claims[0]);
      for (const role of ["honest", "verifier"] as const) {
        const store = new ArtifactStore(join(network.folder, role, "artifacts"));
        expect(await store.has(claims[0]!.stateRoot), `${role} holds checkpoint ${k}`).to.equal(true);
      }
    }
  }

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
    await expectNoClockMissed();
    await audited("dishonest");
    await audited("verifier");
  });
});
