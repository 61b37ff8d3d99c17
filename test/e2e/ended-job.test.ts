import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import { earnedOf, readJob, readStake, readTerms, readTokens } from "../../protocol/index.ts";
import { endJob } from "../../submitter/index.ts";
import { Network } from "./network.ts";

/** A submitter ends a job while its solver trains: everything real. */
describe("a job that is ended while it is trained", function () {
  this.timeout(120_000);
  let network: Network;

  before(async () => (network = await Network.start(20_261_125)));
  after(() => network.stop());

  it("is committed until the notice is over, settled by the solver, and pays for what is committed", async () => {
    const before = await readTokens(network.chain, network.address("honest"));
    network.spawn("verifier");
    const solver = network.spawn("honest", { minExtension: 2, costPerHour: String(10n ** 18n), costPerUnit: "1000" });
    // Far more segments than the solver commits in a few seconds: each waits for a block.
    const jobId = await network.submit({ steps: 4_000, interval: 8, grid: 3, extension: 4, clock: 60 });
    const [accepting, accepted] = [await solver.line(is("accepting")), await solver.line(is("accepted"))];
    const { price, gasCost, computeCost, profit } = accepting as Record<string, string>;
    expect(BigInt(price!) - BigInt(gasCost!) - BigInt(computeCost!)).to.equal(BigInt(profit!));
    expect(accepted).to.include({ price, gasCost, computeCost, profit });
    await solver.line(({ event, checkpoint }) => event === "committed" && checkpoint === 1);
    const account = privateKeyToAccount(network.keys.submitter);
    const ended = await endJob({ chain: network.chain, rpc: network.rpc, account }, jobId);
    const job = await network.settle(jobId, "honest", "verifier");
    expect(job).to.include({ status: "Ended", ended: true, openGames: 0 });
    expect(job.committed).to.be.within(ended.committed, 499);
    const terms = await readTerms(network.chain, jobId);
    const { staked, locked } = await readStake(network.chain, network.address("honest"));
    expect(locked).to.equal(0n);
    const earned = (await readTokens(network.chain, network.address("honest"))) + staked - before;
    expect(earned).to.equal(earnedOf(terms, job.unitPrice, job.committed));
    expect(earned > 0n).to.equal(true);
    // Nothing of this is an error of the solver's, and he goes on to the next job.
    expect(solver.lines.filter(({ level }) => level === "error")).to.deep.equal([]);
    const next = await network.submit();
    expect(await network.settle(next, "honest")).to.include({ status: "Settled" });
    expect((await readJob(network.chain, jobId)).committed).to.equal(job.committed);
  });
});

function is(event: string) {
  return (line: { readonly event?: string }): boolean => line.event === event;
}
