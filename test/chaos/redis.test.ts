import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { createPrng } from "../../common/index.ts";
import { gameRecord, readGameCount } from "../../protocol/index.ts";
import { Network, type DaemonProcess, type DaemonRole } from "../e2e/network.ts";
import { expectClocksKept, expectOnce } from "./support/audit.ts";
import { RedisVictim, type RedisKill } from "./support/redis-victim.ts";
import { expectSameCheckpoints, settleJobs, sufferAll, windowSeconds } from "./support/work.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);

/** The private Redis of both daemons, killed at moments by chance, every third time with all that it had written. */
describe("daemons whose Redis is killed", function () {
  this.timeout(1_800_000);
  const prng = createPrng(seed);
  let network: Network;

  before(async () => {
    console.log(`    seed ${seed}`);
    network = await Network.start(seed);
  });
  after(() => network.stop());

  function draw(count: number): RedisKill[] {
    return Array.from({ length: count }, (_, index) => ({ afterMs: 50 + prng.below(900), wipe: index % 3 === 2 }));
  }

  async function kills(
    daemon: DaemonProcess,
    role: DaemonRole,
    moments: RedisKill[],
    stop: AbortSignal,
  ): Promise<number> {
    // Who finds no Redis at its start ends, and is started again by its service manager.
    await daemon.line(({ event }) => event === "started");
    const victim = new RedisVictim(daemon, join(network.folder, role));
    return sufferAll(moments, stop, (moment) => victim.kill(moment, stop));
  }

  /** Ends the daemon hard and takes its Redis' data away before the next life. */
  async function wipeBetweenLives(daemon: DaemonProcess, role: DaemonRole): Promise<void> {
    await daemon.end("SIGKILL");
    rmSync(join(network.folder, role, "redis"), { recursive: true, force: true });
  }

  it("settle every honest job, with every checkpoint right", async () => {
    const [ofSolver, ofVerifier] = [draw(20), draw(20)];
    const stop = new AbortController();
    const [solver, verifier] = [network.spawn("honest"), network.spawn("verifier")];
    const suffered = Promise.all([
      kills(solver, "honest", ofSolver, stop.signal),
      kills(verifier, "verifier", ofVerifier, stop.signal),
    ]);
    const jobs = await settleJobs(network, () => ofSolver.length + ofVerifier.length > 0);
    stop.abort();
    const [solvers, verifiers] = await suffered;
    console.log(
      `    Redis killed ${solvers} times under the solver, ${verifiers} under the verifier, ${jobs.length} jobs`,
    );
    expect([solvers, verifiers]).to.deep.equal([20, 20]);
    await wipeBetweenLives(verifier, "verifier");
    await wipeBetweenLives(solver, "honest");
    const lives = [network.spawn("honest"), network.spawn("verifier")];
    jobs.push(...(await settleJobs(network, () => false)));
    for (const life of lives) expect(await life.end("SIGTERM")).to.equal(0);
    expect(await readGameCount(network.chain)).to.equal(0n);
    await expectSameCheckpoints(network, jobs);
    for (const role of ["honest", "verifier"] as const)
      expect((await expectOnce(network, role)).reverted).to.deep.equal([]);
  });

  it("finish a game, each move made once and no clock missed", async () => {
    const [ofSolver, ofVerifier] = [draw(4), draw(4)];
    const diverges = ["0:4:16:2:3", "2:0:4:0:9"];
    for (let game = 0n; game === 0n || ofSolver.length + ofVerifier.length > 0; game++) {
      const diverge = diverges[Number(game) % diverges.length]!;
      const stop = new AbortController();
      const [solver, verifier] = [network.spawn("dishonest", { diverge }), network.spawn("verifier")];
      const suffered = Promise.all([
        kills(solver, "dishonest", ofSolver, stop.signal),
        kills(verifier, "verifier", ofVerifier, stop.signal),
      ]);
      const job = await network.finished(await network.submit({ window: windowSeconds }), "verifier");
      stop.abort();
      console.log(`    game ${game + 1n}: Redis killed ${(await suffered).join(" and ")} times`);
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
