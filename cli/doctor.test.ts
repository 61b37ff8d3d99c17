import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { createTestClient, http, zeroHash } from "viem";
import {
  connect,
  deployContracts,
  devAccount,
  devKey,
  readContractArtifact,
  startAnvil,
  type Anvil,
  type Deployment,
} from "../protocol/index.ts";
import { encryptKey, writeKeystore } from "../daemon/index.ts";
import type { Check } from "./checks/check.ts";
import { checkDisk, checkNode } from "./checks/machine.ts";
import { runCli } from "./run.ts";

describe("pinpoint doctor", function () {
  this.timeout(60_000);
  let folder: string;
  let anvil: Anvil;
  let deployment: Deployment;
  const environment = { ...process.env };
  const path = (name: string) => join(folder, name);
  const test = () => createTestClient({ mode: "anvil", transport: http(anvil.rpc) });

  before(async () => {
    for (const name of Object.keys(process.env)) if (/^(PINPOINT_|REDIS_)/.test(name)) delete process.env[name];
    folder = mkdtempSync(join(tmpdir(), "pinpoint-doctor-"));
    anvil = await startAnvil();
    deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund: [devAccount(1).address] });
    writeFileSync(path("deployment.json"), JSON.stringify(deployment));
  });
  after(async () => {
    Object.assign(process.env, environment);
    await anvil.stop();
    rmSync(folder, { recursive: true });
  });

  /** Runs it with `--json`; the checks by name. */
  async function doctor(...words: string[]): Promise<{ status: number; checks: Map<string, Check>; said: string }> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const common = ["doctor", "--json", "--rpc", anvil.rpc, "--data", folder, "--engine", "reference"];
    const all = [...common, "--deployment", path("deployment.json"), ...words];
    const status = await runCli(all, { stdout, stderr, signal: new AbortController().signal });
    const { ok, checks } = JSON.parse(String(stdout.read())) as { ok: boolean; checks: Check[] };
    expect(ok).to.equal(status === 0);
    return { status, checks: new Map(checks.map((check) => [check.name, check])), said: String(stderr.read() ?? "") };
  }
  const writeDeployment = (name: string, change: Partial<Deployment>): string => {
    writeFileSync(path(name), JSON.stringify({ ...deployment, ...change }));
    return path(name);
  };

  it("finds a fresh development chain and a funded account ready, with both engines", async () => {
    writeKeystore(path("key.json"), encryptKey(devKey(1), "never asked for", { n: 2 }));
    const { status, checks } = await doctor("--engine", "wasm", "--keystore", path("key.json"));
    const told = [...checks.values()].map(({ name, status: state }) => `${name} ${state}`);
    const names = "node wasm reference redis disk deployment chain identity contracts clock account".split(" ");
    expect(told).to.deep.equal(names.map((name) => `${name} ok`));
    expect(status).to.equal(0);
    expect(checks.get("redis")?.message).to.match(/private.*noeviction/);
    expect(checks.get("account")?.message).to.contain(devAccount(1).address);
  });

  it("says which contract's code differs, and which is not there", async () => {
    const other = readContractArtifact("Staking").deployedBytecode;
    const { client } = await connect(anvil.rpc, deployment);
    const arbiter = (await client.getCode({ address: deployment.arbiter }))!;
    await test().setCode({ address: deployment.arbiter, bytecode: other });
    const differs = await doctor();
    expect(differs.status).to.equal(1);
    expect(differs.said).to.equal("pinpoint: Not ready: contracts. (not-ready)\n");
    expect(differs.checks.get("contracts")).to.include({ status: "fail", message: "arbiter differs" });
    // One bit in the middle is enough.
    const [head, tail] = [arbiter.slice(0, 2000), arbiter.slice(2001)];
    const flipped = `${head}${(Number.parseInt(arbiter[2000]!, 16) ^ 1).toString(16)}${tail}` as const;
    await test().setCode({ address: deployment.arbiter, bytecode: flipped as `0x${string}` });
    expect((await doctor()).checks.get("contracts")?.message).to.equal("arbiter differs");
    await test().setCode({ address: deployment.arbiter, bytecode: arbiter });
    expect((await doctor()).checks.get("contracts")?.status).to.equal("ok");
    const { address } = devAccount(5);
    const none = await doctor("--deployment", writeDeployment("none.json", { staking: address }));
    expect(none.checks.get("contracts")?.message).to.equal(`no contract at ${address} (staking)`);
  });

  it("finds contracts of two deployments that do not belong together", async () => {
    const second = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0) });
    const mixed = writeDeployment("mixed.json", { arbiter: second.arbiter, staking: second.staking });
    const { message } = (await doctor("--deployment", mixed)).checks.get("contracts")!;
    expect(message).to.match(/pinpoint works with .* as its arbiter, not with/);
    expect(message).to.match(/jobMarket works with .* as its staking/);
  });

  it("tells another chain from a node that is away", async () => {
    const other = await doctor("--deployment", writeDeployment("other.json", { genesisHash: zeroHash }));
    expect([other.status, other.checks.get("identity")?.status]).to.deep.equal([1, "fail"]);
    expect(other.checks.has("contracts")).to.equal(false);
    const id = await doctor("--deployment", writeDeployment("id.json", { chainId: 5 }));
    expect(id.checks.get("identity")?.message).to.equal("the node serves chain 31337, the deployment file is of 5");
    const away = await doctor("--rpc", "http://127.0.0.1:9");
    expect(away.checks.get("chain")?.advice).to.match(/--rpc/);
    expect(away.checks.has("identity")).to.equal(false);
    expect((await doctor("--deployment", path("missing.json"))).checks.get("deployment")?.status).to.equal("fail");
  });

  it("looks at coin, tokens and clock", async () => {
    expect((await doctor()).checks.get("account")).to.include({ status: "warn", message: "none is named" });
    const poor = devAccount(6).address;
    const short = await doctor("--account", poor);
    expect([short.status, short.checks.get("account")?.advice]).to.deep.equal([
      0,
      "Verifiers enroll stake, solvers lock what each job asks: send tokens.",
    ]);
    await test().setBalance({ address: poor, value: 1_000n });
    expect((await doctor("--account", poor)).checks.get("account")?.status).to.equal("warn");
    await test().setBalance({ address: poor, value: 0n });
    const broke = await doctor("--account", poor);
    expect([broke.status, broke.checks.get("account")?.status]).to.deep.equal([1, "fail"]);
    await test().increaseTime({ seconds: 3_600 });
    await test().mine({ blocks: 1 });
    expect((await doctor()).checks.get("clock")).to.include({ status: "fail" });
  });

  it("says what is wrong with Redis", async () => {
    process.env.REDIS_URL = "redis://127.0.0.1:9";
    try {
      const { status, checks } = await doctor();
      expect([status, checks.get("redis")?.message]).to.deep.equal([1, "No Redis answers at redis://127.0.0.1:9."]);
    } finally {
      delete process.env.REDIS_URL;
    }
  });

  it("knows which Node runs it, and looks at the folder above one that is not there yet", () => {
    expect(checkNode("24.21.0").status).to.equal("ok");
    expect(checkNode("22.18.0").status).to.equal("warn");
    expect(checkNode("22.17.9").status).to.equal("fail");
    expect(checkNode("20.20.2").status).to.equal("fail");
    expect(checkDisk(path("not/yet/made")).message).to.contain(`GiB free at ${folder}`);
  });
});
