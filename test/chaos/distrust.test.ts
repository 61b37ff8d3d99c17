import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import { createWalletClient, http, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { runCli } from "../../cli/index.ts";
import {
  approveTokens,
  encodeCall,
  openGame,
  readBond,
  readCheckpoint,
  readGame,
  readGameCount,
  readJob,
  readStake,
  timeoutGame,
  type Call,
} from "../../protocol/index.ts";
import { Network, type DaemonProcess, type LogLine, type Role } from "../e2e/network.ts";

const otherRoot: Hex = `0x${"5e".repeat(32)}`;
const place = { operator: 11, element: 3, bit: 20 };
const disagree = ({ event, error }: LogLine) =>
  event === "task-failed" && (error as { code?: string }).code === "executions-disagree";

/** A machine whose bits flip, and daemons that lost a game. */
describe("daemons that distrust themselves", function () {
  this.timeout(240_000);
  let network: Network;

  before(async () => (network = await Network.start(20_261_125)));
  after(() => network.stop());

  async function send(call: Call): Promise<void> {
    const account = privateKeyToAccount(network.keys.witness);
    const wallet = createWalletClient({ account, transport: http(network.rpc) });
    const { to, data } = encodeCall(call);
    const hash = await wallet.sendTransaction({ to, data, chain: null });
    const receipt = await network.chain.client.waitForTransactionReceipt({ hash });
    expect(receipt.status).to.equal("success");
  }

  /** A game that a liar opens. */
  async function lie(jobId: bigint, k: number): Promise<bigint> {
    const { chain } = network;
    await send(approveTokens(chain.deployment, "pinpoint", await readBond(chain, jobId)));
    await send(openGame(chain.deployment, jobId, k, (await readCheckpoint(chain, jobId, k)).stateRoot, otherRoot));
    return readGameCount(chain);
  }

  async function blocks(count: bigint): Promise<void> {
    const end = (await network.chain.client.getBlockNumber({ cacheTime: 0 })) + count;
    await network.until(async () => (await network.chain.client.getBlockNumber({ cacheTime: 0 })) >= end);
  }

  async function resetBreaker(role: Role): Promise<string> {
    const stdout = new PassThrough();
    const io = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), signal: AbortSignal.timeout(10_000) };
    expect(await runCli(["breaker", "--data", join(network.folder, role), "--reset"], io as never)).to.equal(0);
    return String(stdout.read());
  }

  async function health(daemon: DaemonProcess): Promise<{ ok: boolean; problems: string[] }> {
    const { url } = await daemon.line(({ event }) => event === "metrics");
    return (await (await fetch(`${String(url)}/health`)).json()) as { ok: boolean; problems: string[] };
  }

  it("accuse nobody when a bit flips in one of two replays, and the job settles", async () => {
    const solver = network.spawn("honest");
    const verifier = network.spawn("verifier", { faults: [{ ...place, execution: 1 }] });
    const jobId = await network.submit({ window: 900 });
    await verifier.line(({ event }) => event === "mismatch");
    await verifier.line(disagree);
    await network.until(async () => (await readJob(network.chain, jobId)).status === "Closing");
    await network.pass(900);
    expect(await network.finished(jobId, "honest")).to.include({ status: "Settled", committed: 3 });
    expect(verifier.lines.some(({ event }) => event === "disputed")).to.equal(false);
    expect(await readGameCount(network.chain)).to.equal(0n);
    expect(await verifier.end("SIGTERM")).to.equal(0);
    expect(await solver.end("SIGTERM")).to.equal(0);
  });

  it("attest the checkpoint once two replays agree", async () => {
    const solver = network.spawn("honest");
    // Both replays of the first attempt, each with another bit.
    const faults = [1, 2].map((execution) => ({ ...place, execution, bit: 10 + execution }));
    const verifier = network.spawn("verifier", { faults });
    const jobId = await network.submit({ window: 3_600 });
    await verifier.line(disagree);
    await network.verify(jobId, 3, "verifier");
    expect(await readGameCount(network.chain)).to.equal(0n);
    await Promise.all([verifier.end("SIGTERM"), solver.end("SIGTERM")]);
  });

  it("dispute a wrong claim only when a second attempt's replays agree, a bit flipped in the second replay", async () => {
    const liar = network.spawn("dishonest", { diverge: "0:4:16:2:3" });
    const verifier = network.spawn("verifier", { faults: [{ ...place, execution: 2 }] });
    const jobId = await network.submit({ window: 3_600 });
    await verifier.line(disagree);
    expect(await readGameCount(network.chain)).to.equal(0n);
    expect(await network.finished(jobId, "verifier")).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    expect(verifier.lines.filter(({ event }) => event === "mismatch").length).to.be.greaterThan(1);
    await Promise.all([verifier.end("SIGTERM"), liar.end("SIGTERM")]);
  });

  it("open no dispute after a lost one until they are reset", async () => {
    const { chain } = network;
    const solver = network.spawn("honest");
    // The same bit in both replays: nothing but the lost game can tell.
    const faults = [1, 2].map((execution) => ({ ...place, execution }));
    const verifier = network.spawn("verifier", { faults });
    const wrong = await network.submit({ window: 3_600 });
    await network.until(async () => (await readGameCount(chain)) === 2n);
    await solver.line(({ event }) => event === "moved");
    await network.pass(200);
    await verifier.line(({ event }) => event === "broken");
    expect((await readGame(chain, 2n)).game.phase).to.equal("DefenderWon");
    expect((await health(verifier)).problems.join(" "))
      .to.contain("game 2 was lost")
      .and.contain("pinpoint breaker");
    await solver.end("SIGTERM");
    const liar = network.spawn("dishonest", { diverge: "0:4:16:2:3" });
    const jobId = await network.submit({ window: 3_600 });
    await verifier.line(({ event, job, differs }) => event === "replayed" && job === String(jobId) && differs === true);
    await blocks(8n);
    expect(await readGameCount(chain)).to.equal(2n);
    expect(await resetBreaker("verifier")).to.match(/broken since .*game 2 was lost; reset/);
    expect(await network.finished(jobId, "verifier")).to.include({ status: "Convicted", convictedCheckpoint: 0 });
    expect((await health(verifier)).ok).to.equal(true);
    expect((await readJob(chain, wrong)).status).to.equal("Closing");
    await Promise.all([verifier.end("SIGTERM"), liar.end("SIGTERM")]);
  });

  it("accept no job after a lost one, and defend what is open", async () => {
    const { chain } = network;
    const first = network.spawn("honest");
    const [lost, kept] = [await network.submit({ window: 3_600 }), await network.submit({ window: 3_600 })];
    for (const jobId of [lost, kept])
      await network.until(async () => (await readJob(chain, jobId)).status === "Closing");
    await first.end("SIGKILL");
    const game = await lie(lost, 1);
    await network.pass(200);
    await send(timeoutGame(chain.deployment, game));
    const defended = await lie(kept, 1);
    const solver = network.spawn("honest");
    await solver.line(({ event }) => event === "broken");
    await solver.line(({ event, game: id }) => event === "moved" && id === String(defended));
    const next = await network.submit();
    await blocks(8n);
    expect((await readJob(chain, next)).status).to.equal("Open");
    expect((await readStake(chain, network.address("honest"))).locked > 0n).to.equal(true);
    expect(await resetBreaker("honest")).to.match(/lost; reset/);
    await network.until(async () => (await readJob(chain, next)).committed > 0);
    await network.pass(200);
    await network.until(async () => (await readGame(chain, defended)).game.phase === "DefenderWon");
    expect(await solver.end("SIGTERM")).to.equal(0);
  });
});
