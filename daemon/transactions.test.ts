import { expect } from "chai";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPublicClient, createTestClient, http, parseAbi, type Address, type Hex, type PublicClient } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { startAnvil, type Anvil } from "../protocol/index.ts";
import { Journal } from "./journal.ts";
import { createLog } from "./log.ts";
import { Transactions, type Action, type TransactionsOptions } from "./transactions.ts";
import { Heads } from "./watcher.ts";

const abi = parseAbi(["function count()", "function refuse(uint256)", "error NothingOwed(address account)"]);

/** Counts calls of four bytes in slot 0; answers any other with NothingOwed(42). */
const counter: Hex = "0x36600414601a5763751b0fda60e01b5f52602a60045260245ffd5b5f546001015f5500";

describe("transactions", () => {
  const pollMs = 20;
  let anvil: Anvil;
  let client: PublicClient;
  let folder: string;
  let target: Address;
  let stop: AbortController;
  let journal: Journal | undefined;
  let test: ReturnType<typeof createTestClient>;
  const account = privateKeyToAccount(generatePrivateKey());

  const action = (key: string, functionName = "count", args: unknown[] = []): Action => ({
    key,
    call: { address: target, abi, functionName, args },
  });
  /** A sender as a daemon makes one when it starts; the last one is as if killed. */
  async function start(options: Partial<TransactionsOptions> = {}): Promise<Transactions> {
    stop?.abort();
    stop = new AbortController();
    journal?.close();
    const opened = (journal = new Journal(join(folder, "journal.sqlite")));
    const log = createLog("test", "silent");
    const heads = new Heads({ client, pollMs, signal: stop.signal });
    const chainId = await client.getChainId();
    const maxFeePerGas = 10n ** 12n;
    const all = {
      client,
      account,
      chainId,
      journal: opened,
      heads,
      signal: stop.signal,
      log,
      maxFeePerGas,
      ...options,
    };
    const transactions = new Transactions(all);
    transactions.recover();
    return transactions;
  }
  const counted = async () => BigInt((await client.getStorageAt({ address: target, slot: "0x0" })) ?? "0x0");
  const nonce = () => client.getTransactionCount({ address: account.address });

  before(async () => {
    anvil = await startAnvil();
    client = createPublicClient({ transport: http(anvil.rpc, { retryCount: 0 }) });
    test = createTestClient({ mode: "anvil", transport: http(anvil.rpc) });
  });
  after(() => anvil.stop());

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pinpoint-transactions-"));
    target = privateKeyToAccount(generatePrivateKey()).address;
    await test.setCode({ address: target, bytecode: counter });
    await test.setBalance({ address: account.address, value: 10n ** 20n });
    await test.setAutomine(true);
  });
  afterEach(async () => {
    stop.abort();
    journal?.close();
    journal = undefined;
    rmSync(folder, { recursive: true });
    await test.setAutomine(true);
    await test.mine({ blocks: 1 });
  });

  /** Waits, block by block, until the condition holds. */
  async function until(condition: () => Promise<boolean>): Promise<void> {
    const heads = new Heads({ client, pollMs, signal: AbortSignal.timeout(20_000) });
    while (!(await condition())) {
      await test.mine({ blocks: 1 });
      await heads.after();
    }
  }
  const pooled = async () =>
    (await client.getTransactionCount({ address: account.address, blockTag: "pending" })) - (await nonce());

  it("makes an action once, whoever asks and how often", async () => {
    const transactions = await start();
    const before = await nonce();
    const outcomes = await Promise.all([transactions.perform(action("a/1")), transactions.perform(action("a/1"))]);
    expect(outcomes.map(({ kind }) => kind)).to.deep.equal(["mined", "mined"]);
    expect((await transactions.perform(action("a/1"))).kind).to.equal("mined");
    expect((await (await start()).perform(action("a/1"))).kind).to.equal("mined");
    expect(await counted()).to.equal(1n);
    expect(await nonce()).to.equal(before + 1);
  });

  it("makes a repeatable action again", async () => {
    const transactions = await start();
    for (let i = 0; i < 2; i++) await transactions.perform({ ...action("withdraw"), repeatable: true });
    expect(await counted()).to.equal(2n);
  });

  it("never sends what would revert, and says why", async () => {
    const transactions = await start();
    const before = await nonce();
    const outcome = await transactions.perform(action("r/1", "refuse", [7n]));
    expect(outcome).to.have.property("kind", "refused");
    expect(outcome).to.have.nested.property("refusal.code", "reverted-nothing-owed");
    expect(outcome).to.have.nested.property("refusal.facts.account", `0x${"00".repeat(19)}2A`);
    expect(await nonce()).to.equal(before);
    expect(journal!.get("r/1")).to.equal(undefined);
  });

  it("sends many without waiting for receipts, and those of a lane one after another", async () => {
    await test.setAutomine(false);
    const transactions = await start();
    const free = [1, 2, 3].map((i) => transactions.perform(action(`free/${i}`)));
    const lane = [1, 2].map((i) => transactions.perform({ ...action(`lane/${i}`), lane: "lane" }));
    const heads = new Heads({ client, pollMs, signal: AbortSignal.timeout(20_000) });
    while ((await pooled()) < 4) await heads.after();
    expect(journal!.get("lane/2")).to.equal(undefined);
    let open = true;
    const all = Promise.all([...free, ...lane]).finally(() => (open = false));
    await until(async () => !open);
    expect((await all).map(({ kind }) => kind)).to.deep.equal(Array(5).fill("mined"));
    const entries = journal!.list("free/").map((entry) => entry.nonce);
    expect(new Set(entries).size).to.equal(3);
    expect(await counted()).to.equal(5n);
  });

  it("sends the same transaction again after a crash", async () => {
    await test.setAutomine(false);
    const killed = await start();
    void killed.perform(action("crash/1")).catch(() => undefined);
    const heads = new Heads({ client, pollMs, signal: AbortSignal.timeout(20_000) });
    while (journal!.get("crash/1") === undefined || (await pooled()) === 0) await heads.after();
    const [sent] = journal!.get("crash/1")!.attempts;
    // Who is dead sends it no more; the node forgets it too.
    stop.abort();
    await killed.idle();
    await test.dropTransaction({ hash: sent!.hash });
    expect(await pooled()).to.equal(0);
    const restarted = await start();
    expect(restarted.pending("crash/1")).to.equal(true);
    let done = false;
    const outcome = restarted.perform(action("crash/1")).finally(() => (done = true));
    await until(async () => done);
    expect(await outcome).to.have.nested.property("receipt.transactionHash", sent!.hash);
    expect(await counted()).to.equal(1n);
  });

  it("pays more after some blocks, up to the ceiling", async () => {
    await test.setAutomine(false);
    const before = await nonce();
    const ceiling = 3n * 10n ** 9n;
    const transactions = await start({ maxFeePerGas: ceiling, bumpAfterBlocks: 1n });
    // Blocks too small for a call: the transaction waits while they pass.
    await test.setBlockGasLimit({ gasLimit: 30_000_000n });
    let done = false;
    const outcome = transactions.perform(action("bump/1")).finally(() => (done = true));
    const heads = new Heads({ client, pollMs, signal: AbortSignal.timeout(20_000) });
    while ((await pooled()) === 0) await heads.after();
    await test.setBlockGasLimit({ gasLimit: 21_500n });
    await until(async () => journal!.get("bump/1")!.attempts.at(-1)!.maxFeePerGas === ceiling);
    await test.setBlockGasLimit({ gasLimit: 30_000_000n });
    await until(async () => done);
    const { attempts } = journal!.get("bump/1")!;
    expect(attempts.length).to.be.greaterThan(1);
    expect(attempts.every((attempt) => attempt.maxFeePerGas <= ceiling)).to.equal(true);
    expect((await outcome).kind).to.equal("mined");
    expect(await nonce()).to.equal(before + 1);
    expect(await counted()).to.equal(1n);
  });

  it("makes an action again that a reorganised chain forgot", async () => {
    const transactions = await start();
    const snapshot = await test.snapshot();
    expect((await transactions.perform(action("reorg/1"))).kind).to.equal("mined");
    await test.revert({ id: snapshot });
    expect(await counted()).to.equal(0n);
    expect((await transactions.perform(action("reorg/1"))).kind).to.equal("mined");
    expect(await counted()).to.equal(1n);
  });

  it("fills a nonce that a reorganised chain freed and nobody asks for, so that later ones are mined", async () => {
    const transactions = await start();
    const snapshot = await test.snapshot();
    await transactions.perform(action("forgotten/1"));
    const { nonce: freed } = journal!.get("forgotten/1")!;
    await transactions.perform(action("asked/1"));
    await test.revert({ id: snapshot });
    expect(await nonce()).to.equal(freed);
    const wanted = [transactions.perform(action("asked/1")), transactions.perform(action("new/1"))];
    let done = false;
    const all = Promise.all(wanted).finally(() => (done = true));
    await until(async () => done);
    expect((await all).map(({ kind }) => kind)).to.deep.equal(["mined", "mined"]);
    expect(["fill", "asked", "new"].map((key) => journal!.list(`${key}/`)[0]!.nonce - freed)).to.deep.equal([0, 1, 2]);
    expect(await counted()).to.equal(2n);
  });

  it("takes the same key with another call for another action: a reorganised chain gives numbers anew", async () => {
    const transactions = await start();
    const other = privateKeyToAccount(generatePrivateKey()).address;
    await test.setCode({ address: other, bytecode: counter });
    await transactions.perform(action("move/1"));
    const { call } = action("move/1");
    expect((await transactions.perform({ key: "move/1", call: { ...call, address: other } })).kind).to.equal("mined");
    expect(BigInt((await client.getStorageAt({ address: other, slot: "0x0" }))!)).to.equal(1n);
    expect(await counted()).to.equal(1n);
  });
});
