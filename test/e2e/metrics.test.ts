import { expect } from "chai";
import { createTestClient, createWalletClient, formatEther, http, type Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { parseSolverConfig, parseVerifierConfig } from "../../daemon/index.ts";
import {
  approveTokens,
  encodeCall,
  openGame,
  readBond,
  readCheckpoint,
  readGame,
  readJob,
  readTerms,
  readTokens,
  type Call,
} from "../../protocol/index.ts";
import { startSolver, type Solver } from "../../solver/index.ts";
import { startVerifier, type Verifier } from "../../verifier/index.ts";
import { Network } from "./network.ts";

const logLevel = process.env.PINPOINT_TEST_LOG === undefined ? "silent" : "info";
const otherRoot: Hex = `0x${"5e".repeat(32)}`;

/** What two daemons say about themselves while one works and the other checks him, and a liar disputes without playing. */
describe("metrics of daemons", function () {
  this.timeout(90_000);
  let network: Network;
  let solver: Solver;
  let verifier: Verifier;
  const payout = privateKeyToAccount(otherRoot).address;

  before(async () => {
    network = await Network.start(20_261_124);
    const { honest, verifier: second } = network.keys;
    const options = { ...network.options("verifier"), logLevel } as const;
    verifier = await startVerifier(parseVerifierConfig(options, { PINPOINT_KEY: second }));
    const own = { ...network.options("honest"), logLevel, payout } as const;
    solver = await startSolver(parseSolverConfig(own, { PINPOINT_KEY: honest }));
  });
  after(async () => {
    await solver.stop();
    await verifier.stop();
    await network.stop();
  });

  /** Every value that a daemon serves, by name and labels. */
  async function scrape({ statusUrl }: Solver | Verifier): Promise<Map<string, number>> {
    const text = await (await fetch(`${statusUrl}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith("pinpoint_"));
    return new Map(
      lines.map((line) => {
        const end = line.lastIndexOf(" ");
        return [
          line
            .slice(0, end)
            .replace(/,?daemon="\w+"/, "")
            .replace("{}", ""),
          Number(line.slice(end + 1)),
        ];
      }),
    );
  }
  const until = (daemon: Solver | Verifier, name: string, value: number) =>
    network.until(async () => (await scrape(daemon)).get(name) === value);

  async function send(call: Call): Promise<void> {
    const account = privateKeyToAccount(network.keys.dishonest);
    const wallet = createWalletClient({ account, transport: http(network.options("verifier").rpcUrl) });
    const hash = await wallet.sendTransaction({ ...encodeCall(call), chain: null });
    const receipt = await network.chain.client.waitForTransactionReceipt({ hash });
    expect(receipt.status).to.equal("success");
  }

  it("count what was trained, committed, replayed and attested", async () => {
    const jobId = await network.submit({ draws: 3, window: 3_600 });
    await network.until(async () => (await network.seats(jobId, "verifier")).length === 3);
    await network.passTo(jobId, "Attest");
    await until(verifier, "pinpoint_attestations_total", 3);
    // Others may see a transaction's block before its sender does.
    await until(solver, "pinpoint_commits_total", 3);
    const [own, other] = [await scrape(solver), await scrape(verifier)];
    expect(own.get("pinpoint_steps_trained_total")).to.equal(24);
    expect(own.get("pinpoint_segments_trained_total")).to.equal(3);
    expect(own.get("pinpoint_commits_total")).to.equal(3);
    expect(other.get('pinpoint_segments_replayed_total{outcome="agrees"}')).to.equal(3);
    expect(other.has('pinpoint_segments_replayed_total{outcome="differs"}')).to.equal(false);
    expect(own.get('pinpoint_transactions_total{event="sent"}')).to.be.at.least(6);
    expect(own.get('pinpoint_transactions_total{event="mined"}')).to.be.at.least(6);
    expect(own.get("pinpoint_gas_used_total")).to.be.greaterThan(6 * 21_000);
    expect(own.get('pinpoint_queue_tasks{queue="train",state="waiting"}')).to.equal(0);
    expect(own.get("pinpoint_chain_head_block")).to.be.greaterThan(0);
    expect(own.get("pinpoint_chain_lag_seconds")).to.be.within(0, 60);
    expect(own.get("pinpoint_coin_balance")).to.be.within(990, 1_000);
    const { stake } = await readTerms(network.chain, 1n);
    expect(own.get('pinpoint_account_tokens{place="stake-locked"}')).to.equal(Number(formatEther(stake)));
    const health = await fetch(`${solver.statusUrl}/health`);
    expect(health.status).to.equal(200);
    expect(await health.json()).to.include({ ok: true, daemon: "solver", address: solver.address });
  });

  it("show the stake at risk in a game, won by the clock, and the money at its payout address", async () => {
    const { chain } = network;
    const { deployment } = chain;
    const [{ stake }, bond] = [await readTerms(chain, 1n), await readBond(chain, 1n)];
    const risk = (forecast: string) => `pinpoint_at_risk_tokens{kind="stake",forecast="${forecast}"}`;
    expect((await scrape(solver)).get(risk("win"))).to.equal(0);
    const { stateRoot } = await readCheckpoint(chain, 1n, 1);
    await send(approveTokens(deployment, "pinpoint", bond));
    await send(openGame(deployment, 1n, 1, stateRoot, otherRoot));
    await until(solver, 'pinpoint_moves_total{side="defender",move="revealSteps"}', 1);
    await until(solver, risk("win"), Number(formatEther(stake)));
    // The clock that runs is the challenger's, once the solver has seen his own move.
    await network.until(async () => !(await scrape(solver)).has("pinpoint_least_clock_seconds"));
    const open = await scrape(solver);
    expect(open.get('pinpoint_games_open{side="defender"}')).to.equal(1);
    expect([open.get(risk("lose")), open.get(risk("unknown"))]).to.deep.equal([0, 0]);
    const test = createTestClient({ mode: "anvil", transport: http(network.options("verifier").rpcUrl) });
    await test.increaseTime({ seconds: 200 });
    await until(solver, 'pinpoint_verdicts_total{outcome="won"}', 1);
    expect((await readGame(chain, 1n)).game.phase).to.equal("DefenderWon");
    await until(solver, 'pinpoint_games_open{side="defender"}', 0);
    expect((await scrape(solver)).get(risk("win"))).to.equal(0);
    await test.increaseTime({ seconds: 3_600 });
    await network.finished(1n, "honest");
    expect((await readJob(chain, 1n)).status).to.equal("Settled");
    expect((await readTokens(chain, payout)) > 0n).to.equal(true);
  });
});
