import { expect } from "chai";
import { gameRecord, readGameCount } from "../../protocol/index.ts";
import { Network, type DaemonProcess } from "./network.ts";

/** Daemons as processes that are killed at bad moments. */
describe("daemons that are killed", function () {
  this.timeout(90_000);
  let network: Network;
  const running = new Set<DaemonProcess>();

  before(async () => (network = await Network.start(7)));
  afterEach(async () => {
    for (const daemon of running) await daemon.end("SIGKILL");
    running.clear();
  });
  after(() => network.stop());

  function spawn(...args: Parameters<Network["spawn"]>): DaemonProcess {
    const daemon = network.spawn(...args);
    running.add(daemon);
    return daemon;
  }

  it("finish a job after a restart, train nothing twice, and end with status 0", async () => {
    const verifier = spawn("verifier");
    const killed = spawn("honest");
    const jobId = await network.submit({ steps: 48, interval: 6, grid: 1, draws: 8 });
    await killed.line(({ event, checkpoint }) => event === "trained" && checkpoint === 2);
    await killed.end("SIGKILL");
    const trained = killed.lines.filter(({ event }) => event === "trained").map(({ checkpoint }) => checkpoint);
    const solver = spawn("honest");
    await network.verify(jobId, 8, "verifier");
    const job = await network.finished(jobId, "honest", "verifier");
    expect(job).to.include({ status: "Settled", committed: 8 });
    const again = solver.lines.filter(({ event }) => event === "trained").map(({ checkpoint }) => checkpoint);
    expect(again.filter((checkpoint) => trained.includes(checkpoint))).to.deep.equal([]);
    expect(await solver.end("SIGTERM")).to.equal(0);
    expect(await verifier.end("SIGTERM")).to.equal(0);
  });

  it("carry a game on from where it stands", async () => {
    const [verifier, solver] = [spawn("verifier"), spawn("dishonest", { diverge: "0:4:16:2:3" })];
    const jobId = await network.submit();
    await verifier.line(({ event, move }) => event === "moved" && move === "pickStep");
    await Promise.all([verifier.end("SIGKILL"), solver.end("SIGKILL")]);
    spawn("verifier");
    spawn("dishonest", { diverge: "0:4:16:2:3" });
    const job = await network.finished(jobId, "verifier");
    expect(job).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    const { view, moves } = await gameRecord(network.chain, await readGameCount(network.chain));
    expect(view.game).to.include({ phase: "ChallengerWon", operator: 16, firstStep: 4 });
    // Every move was made once.
    expect(moves.length).to.equal(view.game.moves - 1);
  });

  it("lose by the clock when the solver never comes back", async () => {
    spawn("verifier", { minExtension: 3 });
    const solver = spawn("dishonest", { diverge: "2:0:4:0:9", minExtension: 3 });
    const jobId = await network.submit({ clock: 4, extension: 3 });
    await solver.line(({ event, checkpoint }) => event === "committed" && checkpoint === 2);
    await solver.end("SIGKILL");
    const job = await network.finished(jobId, "verifier");
    expect(job).to.include({ status: "Convicted", convictedCheckpoint: 2 });
    const { events } = await gameRecord(network.chain, await readGameCount(network.chain));
    expect(events.map(({ eventName }) => eventName))
      .to.include("TimedOut")
      .and.not.include("Judged");
  });
});
