import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { PassThrough } from "node:stream";
import { expect } from "chai";
import {
  acceptJob,
  approveTokens,
  commitCheckpoint,
  connect,
  deployContracts,
  depositStake,
  devAccount,
  devKey,
  earnedOf,
  escrowOf,
  expireJob,
  readCredit,
  readJob,
  readTerms,
  readTokens,
  settleJob,
  startAnvil,
  type Anvil,
  type Call,
  type Chain,
  usualJobGas,
} from "../protocol/index.ts";
import { sendCall } from "../submitter/index.ts";
import { runCli } from "./run.ts";

const examples = join(import.meta.dirname, "..", "examples");
const root = (byte: string) => `0x${byte.repeat(32)}` as const;

async function cli(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runCli(words, { stdout, stderr, signal: new AbortController().signal });
  return { code, out: String(stdout.read() ?? ""), err: String(stderr.read() ?? "") };
}

describe("jobs on the command line", () => {
  let directory: string;
  let anvil: Anvil;
  let chain: Chain;
  let common: string[];
  let paid: string[];
  const path = (name: string): string => join(directory, name);
  const uri = "http://127.0.0.1:1";

  /** A command that must succeed; what it printed as JSON. */
  async function ok(...words: string[]): Promise<any> {
    const { code, out, err } = await cli(...words, ...common);
    expect(code, err).to.equal(0);
    return JSON.parse(out);
  }

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "pinpoint-jobs-"));
    anvil = await startAnvil();
    const fund = [1, 2].map((index) => devAccount(index).address);
    chain = await connect(anvil.rpc, await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund }));
    writeFileSync(path("deployment.json"), JSON.stringify(chain.deployment));
    writeFileSync(path("key"), devKey(1));
    common = ["--rpc", anvil.rpc, "--deployment", path("deployment.json"), "--json"];
    paid = ["--key-file", path("key")];
  });
  after(async () => {
    await anvil.stop();
    rmSync(directory, { recursive: true });
  });

  describe("a job file", () => {
    const file = join(examples, "job.json");

    it("gives the same roots and terms every time, and they are those that reach the chain", async () => {
      const written = JSON.parse(readFileSync(file, "utf8"));
      const dry = (bundle: string) =>
        ok("submit", file, "--bundle", path(bundle), "--uri", uri, "--dry-run").then(({ terms }) => terms);
      const { acceptBy: first, ...terms } = await dry("bundle");
      const { acceptBy: second, ...again } = await dry("other");
      expect(again).to.deep.equal(terms);
      expect(Number(second)).to.be.within(Number(first), Number(first) + 60);
      const { acceptWithin, ...chosen } = written.terms;
      expect(acceptWithin).to.equal(86_400);
      expect(terms).to.deep.include({ ...chosen, ...written.expected, uri });
      expect(Object.keys(terms).toSorted()).to.deep.equal(
        [...Object.keys(chosen), ...Object.keys(written.expected), "uri", "workUnits"].toSorted(),
      );

      const { jobId } = await ok("submit", file, "--bundle", path("bundle"), "--uri", uri, ...paid);
      const { acceptBy, ...onChain } = await readTerms(chain, BigInt(jobId));
      expect(JSON.parse(JSON.stringify(onChain, (_k, v) => (typeof v === "bigint" ? String(v) : v)))).to.deep.equal(
        terms,
      );
      expect(acceptBy >= BigInt(first)).to.equal(true);
    });

    it("is what draft writes of the options that compile and submit take", async () => {
      mkdirSync(path("data"));
      for (const name of ["next-char.onnx", "prose.txt"]) cpSync(join(examples, name), path(`data/${name}`));
      const here = (name: string) => relative(process.cwd(), path(name));
      const model = [here("data/next-char.onnx"), "--text", here("data/prose.txt"), "--learning-rate", "0.25"];
      const settings = [...model, "--batch", "4", "--held-out", "0.5", "--freeze", "embedding"];
      const terms = ["--steps", "8", "--interval", "4", "--order", "sequential", "--seed", "3", "--unit-price", "7"];
      const at = ["--bundle", path("bundle")];
      mkdirSync(path("jobs"));
      const drafted = await ok("draft", ...settings, ...terms, ...at, "--uri", uri, "--out", path("jobs/job.json"));
      const text = readFileSync(path("jobs/job.json"), "utf8");
      expect(JSON.parse(text).model.file).to.equal("../data/next-char.onnx");
      expect(JSON.parse(text).training).to.deep.include({ batch: 4, frozen: ["embedding"] });

      const withoutJson = common.slice(0, -1);
      const compiled = await cli("compile", ...settings, ...at, "--json");
      const { manifestHash, programRoot } = JSON.parse(compiled.out);
      expect(drafted).to.include({ manifestHash, programRoot });
      const byFlags = await ok("submit", manifestHash, ...terms, ...at, "--uri", uri, "--dry-run");
      // Somewhere else, with the files beside it.
      mkdirSync(path("moved"));
      for (const folder of ["data", "jobs"]) cpSync(path(folder), path(`moved/${folder}`), { recursive: true });
      const byFile = await ok("submit", path("moved/jobs/job.json"), ...at, "--dry-run");
      const { acceptBy: _a, ...left } = byFlags.terms;
      const { acceptBy: _b, ...right } = byFile.terms;
      expect(right).to.deep.equal(left);
      expect((await cli("submit", manifestHash, ...at, "--uri", uri, ...withoutJson)).err).to.contain("--steps");
    });

    it("names columns of a CSV, and is checked like the options", async () => {
      writeFileSync(path("rows.csv"), "1,2,0\n3,4,1\n5,6,2\n");
      const job = {
        version: 1,
        model: { file: "data/next-char.onnx" },
        dataset: { kind: "csv", file: "rows.csv", header: false, label: 2 },
        training: { batch: 2, optimiser: { kind: "sgd", learningRate: 0.1 } },
        terms: { steps: 4, stake: "99" },
      };
      writeFileSync(path("csv.json"), JSON.stringify(job));
      const { code, err } = await cli("submit", path("csv.json"), "--uri", uri, "--bundle", path("b"), ...common);
      expect([code, err]).to.deep.equal([1, err]);
      expect(err).to.contain("(input-mismatch)");
    });
  });

  it("lists the jobs that wait, and what they promise at a solver's costs", async () => {
    const words = ["submit", join(examples, "job.json"), "--bundle", path("bundle"), "--uri", uri];
    const before: { job: string }[] = await ok("jobs");
    const { jobId, terms } = await ok(...words, ...paid);
    const [job, ...older] = await ok("jobs", "--cost-per-unit", "400000000", "--gas-cost", "1000000000");
    expect(older.map((each: any) => each.job)).to.deep.equal(before.map((each) => each.job));
    // The auction has just begun at its floor.
    expect(Number(job.unitPrice)).to.be.within(0.5e9, 0.51e9);
    const price = BigInt(terms.workUnits) * BigInt(job.unitPrice);
    const { accept, commit, open, settle, withdraw } = usualJobGas;
    const gas = BigInt(accept + 8 * commit + open + settle + withdraw);
    const profit = price - gas * 10n ** 9n - BigInt(terms.workUnits) * 400_000_000n;
    expect(job).to.include({
      job: jobId,
      price: String(price),
      gas: String(gas),
      profit: String(profit),
      checkpoints: 8,
    });
    expect(job).to.include({ stake: terms.stake, acceptBy: terms.acceptBy, workUnits: terms.workUnits, uri });
    const shown = await cli("jobs", ...common.slice(0, -1), "--limit", "1");
    expect(shown.out.split("\n")[0]).to.match(/^job +price +profit +work units/);
    expect(shown.out.trimEnd().split("\n")).to.have.length(2);
    await ok("cancel", jobId, ...paid);
    expect(await ok("jobs")).to.deep.equal(before);
  });

  describe("a job that is taken back", () => {
    const pay = (call: Call) => sendCall({ chain, rpc: anvil.rpc, account: devAccount(2) }, call);
    const submit = async (): Promise<bigint> => {
      const words = ["submit", join(examples, "job.json"), "--bundle", path("bundle"), "--uri", uri];
      return BigInt((await ok(...words, ...paid)).jobId);
    };
    const tokens = () => readTokens(chain, devAccount(1).address);
    const accept = async (jobId: bigint): Promise<void> => {
      const { stake } = await readTerms(chain, jobId);
      await pay(approveTokens(chain.deployment, "staking", stake));
      await pay(depositStake(chain.deployment, stake));
      await pay(acceptJob(chain.deployment, jobId, (await readJob(chain, jobId)).termsHash, uri));
    };
    const later = (seconds: number) =>
      chain.client.request({ method: "evm_increaseTime", params: [seconds] } as never).then(() => undefined);

    it("is cancelled before anybody accepts it, and its money is back at once", async () => {
      const before = await tokens();
      const jobId = await submit();
      expect(before - (await tokens())).to.equal(escrowOf(await readTerms(chain, jobId)));
      const early = await cli("end", String(jobId), ...paid, ...common);
      expect([early.code, early.err.includes("`pinpoint cancel") && early.err.includes("(job-not-accepted)")]).to.deep.equal([1, true]); // prettier-ignore
      const cancelled = await ok("cancel", String(jobId), ...paid);
      expect(cancelled.escrow).to.equal(String(escrowOf(await readTerms(chain, jobId))));
      expect(await tokens()).to.equal(before);
      expect((await readJob(chain, jobId)).status).to.equal("Cancelled");
    });

    it("is ended after three checkpoints, and pays for three", async () => {
      const before = await tokens();
      const jobId = await submit();
      const terms = await readTerms(chain, jobId);
      await accept(jobId);
      const { termsHash } = await readJob(chain, jobId);
      for (let k = 0; k < 3; k++)
        await pay(commitCheckpoint(chain.deployment, jobId, termsHash, k, root("0a"), root("0b")));
      const refused = await cli("cancel", String(jobId), ...paid, ...common);
      expect([refused.code, refused.err.includes(`\`pinpoint end ${jobId}\``)]).to.deep.equal([1, true]);
      const ended = await ok("end", String(jobId), ...paid);
      const { timestamp } = await chain.client.getBlock();
      const { unitPrice } = await readJob(chain, jobId);
      const earned = (terms.workUnits * unitPrice * 75n) / 200n;
      expect(earnedOf(terms, unitPrice, 3)).to.equal(earned);
      expect(ended).to.include({ committed: 3, earned: String(earned), deadline: String(timestamp + 600n) });
      expect((await ok("status", String(jobId))).job).to.include({ status: "Running", ended: true });
      expect((await cli("status", String(jobId), ...common.slice(0, -1))).out).to.contain("ended by its submitter");
      const twice = await cli("end", String(jobId), ...paid, ...common);
      expect([twice.code, twice.err.includes("(reverted-already-ended)")]).to.deep.equal([1, true]);

      await later(601);
      await pay(expireJob(chain.deployment, jobId));
      await later(terms.window);
      await pay(settleJob(chain.deployment, jobId));
      expect(JSON.parse((await cli("watch", String(jobId), ...common)).out)).to.include({ status: "Ended" });
      expect(await readCredit(chain, "jobMarket", devAccount(2).address)).to.equal(earned);
      const { withdrawals } = await ok("withdraw", ...paid);
      expect(withdrawals).to.have.length(1);
      expect(withdrawals[0]).to.include({ contract: "jobMarket", amount: String(escrowOf(terms) - earned) });
      expect(await tokens()).to.equal(before - earned);
      expect((await ok("withdraw", ...paid)).withdrawals).to.deep.equal([]);
    });
  });
});
