import { expect } from "chai";
import { privateKeyToAccount } from "viem/accounts";
import { toHex } from "../../common/index.ts";
import { chunkAt, decodeProgram, decodeState } from "../../engine/index.ts";
import {
  ArtifactStore,
  readCheckpoint,
  readDemand,
  readDemandCount,
  readJob,
  readTerms,
} from "../../protocol/index.ts";
import { awaitAnswer, demandChunk } from "../../submitter/index.ts";
import { Network } from "./network.ts";

/** Demands for chunks, with daemons in processes of their own. */
describe("a demand for a chunk of a committed state", function () {
  this.timeout(120_000);
  let network: Network;
  before(async () => (network = await Network.start(20_261_127)));
  after(() => network.stop());

  it("is answered by the solver, whoever asks, and he is paid for it", async () => {
    const { chain, rpc, keys } = network;
    const solver = network.spawn("honest");
    const jobId = await network.submit();
    await solver.line(({ event, checkpoint }) => event === "committed" && checkpoint === 0);
    const { programRoot } = await readTerms(chain, jobId);
    const program = decodeProgram((await new ArtifactStore(`${network.folder}/bundles`).get(programRoot))!);
    const { stateRoot } = await readCheckpoint(chain, jobId, 0);
    const served = new ArtifactStore(`${network.folder}/honest/artifacts`);
    const state = decodeState((await served.get(stateRoot))!, program);
    const sender = { chain, rpc, account: privateKeyToAccount(keys.submitter) };
    const tensor = state.length - 1;
    const { demandId } = await demandChunk(sender, jobId, { checkpoint: 0, tensor, chunk: 0 }, program);
    const answered = await awaitAnswer(sender, demandId, { pollMs: 50 });
    const chunk = toHex(chunkAt(state[tensor]!, 0));
    expect(answered).to.deep.equal({ status: "Answered", words: state[tensor]!.length, chunk });
    const beyond = await demandChunk(sender, jobId, { checkpoint: 0, tensor, chunk: 1_000_000 }, program);
    const told = await awaitAnswer(sender, beyond.demandId, { pollMs: 50 });
    expect(told).to.deep.equal({ status: "Answered", words: state[tensor]!.length, chunk: "0x" });
    const job = await network.settle(jobId, "honest");
    expect(job).to.include({ status: "Settled", openGames: 0 });
    expect(await solver.end("SIGTERM")).to.equal(0);
  });

  it("is what a drawn verifier makes whom nobody serves, and convicts a solver who is gone", async () => {
    const { chain } = network;
    const verifier = network.spawn("verifier", { replay: "drawn" });
    const solver = network.spawn("honest");
    const before = await readDemandCount(chain);
    // One of each two segments is drawn: whichever these are, one of them starts from a state that only he has.
    const jobId = await network.submit({ steps: 32, draws: 2 });
    await solver.line(({ event, checkpoint }) => event === "committed" && checkpoint === 3);
    await solver.end("SIGKILL");
    await network.until(async () => (await readJob(chain, jobId)).status === "Closing");
    // Till the second half of the part for seals the solver may come back.
    await network.pass(200);
    await verifier.line(({ event }) => event === "demanded");
    await network.pass(121);
    await verifier.line(({ event }) => event === "forfeited");
    const job = await network.finished(jobId, "verifier");
    expect(job.status).to.equal("Convicted");
    const ids = Array.from(
      { length: Number((await readDemandCount(chain)) - before) },
      (_, i) => before + BigInt(i + 1),
    );
    const demands = await Promise.all(ids.map((id) => readDemand(chain, id)));
    expect(demands.filter(({ status }) => status === "Forfeited")).to.have.length(1);
    expect(demands.every(({ demander }) => demander === network.address("verifier"))).to.equal(true);
    // One of every other drawn segment that starts from a state of his.
    expect(demands.length).to.be.within(1, 2);
    await network.until(async () =>
      (await Promise.all(ids.map((id) => readDemand(chain, id)))).every(({ status }) => status !== "Open"),
    );
    expect(await verifier.end("SIGTERM")).to.equal(0);
  });
});
