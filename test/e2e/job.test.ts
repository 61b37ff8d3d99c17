import { expect } from "chai";
import { parseSolverConfig, parseVerifierConfig, type SolverOptions } from "../../daemon/index.ts";
import { gameRecord, paidOutcomes, readGameCount, readStake, readTokens } from "../../protocol/index.ts";
import { startSolver, type Solver } from "../../solver/index.ts";
import { startVerifier, type Verifier } from "../../verifier/index.ts";
import { Network, type Role } from "./network.ts";

const logLevel = process.env.PINPOINT_TEST_LOG === undefined ? "silent" : "info";

/** One honest and one dishonest job of the smallest program, with everything real: chain, contracts, Redis, HTTP, threads. */
describe("a job from submission to settlement", function () {
  this.timeout(90_000);
  let network: Network;
  let verifier: Verifier;
  let solver: Solver;

  before(async () => {
    network = await Network.start(20_261_123);
    const options = { ...network.options("verifier"), logLevel } as const;
    verifier = await startVerifier(parseVerifierConfig(options, { PINPOINT_KEY: network.keys.verifier }));
  });
  after(async () => {
    await verifier.stop();
    await network.stop();
  });
  // The next job is the next solver's.
  afterEach(() => solver.stop());

  async function startAs(role: "honest" | "dishonest", more: Partial<SolverOptions> = {}): Promise<void> {
    const options = { ...network.options(role), logLevel, ...more } as const;
    solver = await startSolver(parseSolverConfig(options, { PINPOINT_KEY: network.keys[role] }));
  }
  const tokens = (role: Role) => readTokens(network.chain, network.address(role));
  const stake = (role: Role) => readStake(network.chain, network.address(role));

  it("settles an honest job: trained, attested, paid", async () => {
    const before = await tokens("honest");
    await startAs("honest");
    const jobId = await network.submit({ draws: 3 });
    await network.verify(jobId, 3, "verifier");
    const job = await network.finished(jobId, "honest", "verifier");
    expect(job).to.include({ status: "Settled", committed: 3, openGames: 0 });
    const seats = await network.seats(jobId, "verifier");
    expect(seats.every(({ outcome }) => paidOutcomes.includes(outcome))).to.equal(true);
    const { locked, staked } = await stake("honest");
    expect(locked).to.equal(0n);
    const price = network.bundle.workUnitsPerStep * 24n * 10n ** 12n;
    expect((await tokens("honest")) + staked).to.equal(before + price);
    expect(await readGameCount(network.chain)).to.equal(0n);
  });

  it("convicts a solver who flipped one bit, at the operator and element of the flip", async () => {
    const before = await tokens("verifier");
    await startAs("dishonest", { diverge: "1:5:11:3:20" });
    const job = await network.finished(await network.submit(), "verifier");
    expect(job).to.include({ status: "Convicted", convictedCheckpoint: 1 });
    const { view, events } = await gameRecord(network.chain, 1n);
    expect(view.game).to.include({ phase: "ChallengerWon", operator: 11, firstStep: 13 });
    expect(view.challenger).to.equal(network.address("verifier"));
    const judged = events.find((event) => event.eventName === "Judged");
    expect(judged?.args).to.include({ operator: 11, element: 3n });
    const { claimed, expected } = judged!.args as { claimed: number; expected: number };
    expect((claimed ^ expected) >>> 0).to.equal(2 ** 20);
    expect((await stake("dishonest")).staked).to.equal(0n);
    // The bounty and the fee of the checkpoint before came in, the bond came back.
    expect((await tokens("verifier")) > before).to.equal(true);
  });
});
