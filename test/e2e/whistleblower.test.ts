import { expect } from "chai";
import { gameRecord, readGameCount, readTokens } from "../../protocol/index.ts";
import { Network } from "./network.ts";

/** A dishonest job in which nobody has a seat. */
describe("a whistleblower", function () {
  this.timeout(90_000);
  let network: Network;

  before(async () => (network = await Network.start(20_261_126)));
  after(() => network.stop());

  it("finds the lie that nobody else looks for, and leaves what promises too little", async () => {
    const verifier = network.address("verifier");
    const before = await readTokens(network.chain, verifier);
    network.spawn("dishonest", { diverge: "1:5:11:3:20" });
    const mode = { replay: "rewarding", enroll: "0" };
    const eager = network.spawn("verifier", { ...mode, replayCost: "1" });
    // The job pays more for a replay than a lie in a million promises.
    const wary = network.spawn("witness", { ...mode, lieRate: 1e-6 });
    const jobId = await network.submit({ draws: 1 });
    const left = await wary.line(({ event }) => event === "left" || event === "joined");
    expect(left).to.include({ event: "left", job: String(jobId), lieRate: 1e-6, unfound: 1, rivals: 0 });
    expect(BigInt(left.reward as string) <= BigInt(left.cost as string)).to.equal(true);
    const joined = await eager.line(({ event }) => event === "joined" || event === "left");
    expect(joined).to.include({ event: "joined", job: String(jobId), checkpoint: 0, lieRate: 0.02, unfound: 1 });
    expect(BigInt(joined.reward as string) > BigInt(joined.cost as string)).to.equal(true);

    const job = await network.finished(jobId, "verifier");
    expect(job).to.include({ status: "Convicted", convictedCheckpoint: 1 });
    expect(await readGameCount(network.chain)).to.equal(1n);
    const { view } = await gameRecord(network.chain, 1n);
    expect(view.challenger).to.equal(verifier);
    expect((await readTokens(network.chain, verifier)) > before).to.equal(true);
    expect(wary.lines.some(({ event }) => event === "replayed")).to.equal(false);
  });
});
