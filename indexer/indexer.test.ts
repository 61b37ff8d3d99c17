import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createWalletClient, http, zeroAddress, zeroHash, type Hex } from "viem";
import { MerkleTree, sha256, toHex, u32Bytes } from "../common/index.ts";
import {
  acceptJob,
  approveTokens,
  attestSeat,
  cancelJob,
  closeSeat,
  commitCheckpoint,
  connect,
  depositStake,
  endJob,
  deployContracts,
  devAccount,
  escrowOf,
  expireJob,
  explained,
  makeMove,
  openGame,
  payers,
  readBond,
  readCredit,
  gameRecord,
  readJob,
  readMinimumStake,
  readStake,
  readTerms,
  settleJob,
  startAnvil,
  submitJob,
  timeoutGame,
  unbondStake,
  withdrawCredit,
  type Anvil,
  type Call,
  type Chain,
  type Deployment,
  type Move,
  type Terms,
  enrollVerifier,
  isSegmentDrawn,
  partStart,
  readSampling,
  readWord,
  registerModel,
  revealSeat,
  sealOf,
  sealSeat,
  SecretTree,
  truthHashOf,
  wordCall,
} from "../protocol/index.ts";
import { Database } from "./database.ts";
import { startIndexer } from "./indexer.ts";
import { Reconciler } from "./reconcile.ts";
import { tables } from "./schema.ts";
import { syncOnce } from "./sync.ts";

const [submitter, solver, verifier, challenger] = [1, 2, 3, 4].map(devAccount) as [Account, Account, Account, Account];
type Account = ReturnType<typeof devAccount>;

/** Commitments of a made-up job of one step with one state tensor of one chunk. */
const chunk = new Uint8Array(1024).fill(5);
const chunkNode = sha256(Uint8Array.of(1), chunk);
const endRoot = toHex(sha256(Uint8Array.of(2), u32Bytes(256, 1), chunkNode));
const header = u32Bytes(1, 1, 0, 0, 1, 1, 0, 0);
const recordTree = sha256(Uint8Array.of(8));
const programRoot = toHex(sha256(Uint8Array.of(4), header, recordTree));
const segmentRoot = toHex(new MerkleTree([sha256()]).root);
const moves: Move[] = [
  { type: "revealTrace", header: toHex(header), recordTree: toHex(recordTree), left: zeroHash },
  { type: "pickSide", right: true },
  { type: "openTensor", words: 256, dtype: 1, nodes: [toHex(chunkNode)] },
  { type: "revealChunk", chunk: toHex(chunk) },
];

/** A chain with people on it. */
/** The verifier's. */
const secrets = new SecretTree(zeroHash);

class World {
  /** The segment that is drawn of job 1. */
  drawn = 0;
  readonly anvil: Anvil;
  readonly chain: Chain;
  readonly deployment: Deployment;

  private constructor(anvil: Anvil, chain: Chain) {
    this.anvil = anvil;
    this.chain = chain;
    this.deployment = chain.deployment;
  }

  static async create(): Promise<World> {
    const anvil = await startAnvil();
    const fund = [submitter, solver, verifier, challenger].map(({ address }) => address);
    const deployment = await deployContracts({ rpc: anvil.rpc, deployer: devAccount(0), fund });
    return new World(anvil, await connect(anvil.rpc, deployment));
  }

  async send(account: Account, call: Call): Promise<void> {
    const wallet = createWalletClient({ account, transport: http(this.anvil.rpc) });
    const hash = await explained(wallet.writeContract({ ...call, chain: null } as never));
    await this.chain.client.waitForTransactionReceipt({ hash });
  }

  request(method: string, ...params: unknown[]): Promise<unknown> {
    return this.chain.client.request({ method, params } as never);
  }

  async submit(steps: number): Promise<void> {
    const rules = { bounty: 5n, gasRate: 1n, gasCap: 1_000_000, latePenalty: 1n };
    const { timestamp } = await this.chain.client.getBlock();
    const roots = { programRoot, datasetRoot: zeroHash, initialStateRoot: zeroHash, manifestHash: zeroHash };
    const unitPrice = { floorPrice: 3n, unitPrice: 3n, auction: 0 };
    const price = { workUnits: 10n ** 20n, solver: zeroAddress, parent: 0n, ...unitPrice };
    const fees = { draws: 1, attestors: 2, attestationFee: 11n, jackpotFee: 0n };
    const seats = { ...fees, valueAtRisk: 3n * 10n ** 20n, verifierStake: 3n * 10n ** 20n };
    const times = { acceptBy: timestamp + 9_000n, heartbeat: 1_000, window: 100, clock: 600, extension: 60 };
    const plan = {
      firstStep: 0,
      steps,
      interval: 1,
      grid: 1,
      seed: 7,
      order: "shuffled" as const,
      uri: "http://127.0.0.1:1",
    };
    const rest = { ...price, ...seats, ...rules, replayCompensation: 2n, ...times };
    const unstaked: Terms = { ...roots, ...plan, ...rest, stake: 0n };
    const terms = { ...unstaked, stake: await readMinimumStake(this.chain, unstaked) };
    await this.send(submitter, approveTokens(this.deployment, "jobMarket", escrowOf(terms)));
    await this.send(submitter, submitJob(this.deployment, terms));
  }

  async stake(account: Account, amount: bigint): Promise<void> {
    await this.send(account, approveTokens(this.deployment, "staking", amount));
    await this.send(account, depositStake(this.deployment, amount));
  }

  /** The verifier's seat on the drawn segment of a job that closes, up to the end of its window. */
  async seat(jobId: bigint): Promise<void> {
    const { deployment, chain } = this;
    await this.request("anvil_mine", "0x4");
    const { drawBlock, windowEnd } = await readJob(chain, jobId);
    const head = await chain.client.getBlockNumber({ cacheTime: 0 });
    await this.send(submitter, (await wordCall(chain, drawBlock, head))!);
    const [word, sampling] = await Promise.all([readWord(chain, drawBlock), readSampling(chain, jobId)]);
    this.drawn = [0, 1].findIndex((k) => isSegmentDrawn(word!, jobId, k, sampling));
    const truthHash = truthHashOf(endRoot, zeroHash);
    const seal = sealOf(jobId, this.drawn, verifier.address, endRoot, truthHash);
    const to = async (part: "Attest" | "Open"): Promise<void> => {
      const { timestamp } = await chain.client.getBlock();
      const target = sampling.closedAt + BigInt(partStart(part, sampling.window));
      await this.request("evm_increaseTime", Number(target - timestamp));
    };
    await this.send(verifier, sealSeat(deployment, jobId, this.drawn, word!, seal));
    await to("Attest");
    await this.send(verifier, attestSeat(deployment, jobId, this.drawn, endRoot, truthHash));
    await to("Open");
    const opening = { truth: endRoot, salt: zeroHash, ...secrets.at(jobId, this.drawn) };
    await this.send(verifier, revealSeat(deployment, jobId, this.drawn, opening));
    const { timestamp } = await chain.client.getBlock();
    await this.request("evm_increaseTime", Number(windowEnd - timestamp));
  }

  async accept(jobId: bigint): Promise<void> {
    const { termsHash } = await readJob(this.chain, jobId);
    await this.send(solver, acceptJob(this.deployment, jobId, termsHash, "http://127.0.0.1:2"));
  }

  async commit(jobId: bigint, k: number): Promise<void> {
    const { termsHash } = await readJob(this.chain, jobId);
    await this.send(solver, commitCheckpoint(this.deployment, jobId, termsHash, k, endRoot, segmentRoot));
  }

  async move(account: Account, gameId: bigint, move: Move): Promise<void> {
    const { view, game } = await gameRecord(this.chain, gameId);
    await this.send(account, makeMove(this.deployment, gameId, view.jobId, game, move));
  }

  /** A new index of the whole chain, in memory. */
  async resync(): Promise<Database> {
    const database = new Database(":memory:");
    for (;;) {
      const { head, indexed } = await syncOnce(this.chain, database);
      if (indexed >= head) return database;
    }
  }
}

/** Everything but the blocks, of which an index remembers those it happened to look at. */
function contents(database: Database): Record<string, unknown> {
  const place = "order by block, log_index";
  return Object.fromEntries(
    tables
      .filter((table) => table !== "blocks")
      .map((table) => [table, database.all(`select * from ${table} ${place}`)]),
  );
}

describe("indexer", () => {
  let world: World;
  let directory: string;

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), "pinpoint-index-"));
    world = await World.create();
    const { deployment } = world;
    await world.submit(2);
    await world.submit(1);
    await world.send(submitter, cancelJob(deployment, 2n));
    await world.stake(solver, 10n ** 22n);
    await world.stake(verifier, 10n ** 21n);
    await world.send(verifier, enrollVerifier(deployment, 10n ** 21n, secrets.root));
    await world.request("evm_increaseTime", 5);
    await world.accept(1n);
    await world.commit(1n, 0);
    await world.send(challenger, approveTokens(deployment, "pinpoint", 10n ** 20n));
    await world.send(challenger, openGame(deployment, 1n, 0, endRoot, toHex(sha256())));
    for (const [index, move] of moves.entries())
      await world.move(index % 2 === 1 && index < 2 ? challenger : solver, 1n, move);
    await world.request("evm_increaseTime", 700);
    await world.send(verifier, timeoutGame(deployment, 1n));
    await world.submit(2);
    await world.accept(3n);
    await world.commit(3n, 0);
    await world.send(submitter, endJob(deployment, 3n));
    await world.request("evm_increaseTime", 61);
    await world.send(solver, expireJob(deployment, 3n));
    await world.request("evm_increaseTime", 100);
    await world.send(solver, settleJob(deployment, 3n));
    await world.commit(1n, 1);
    await world.seat(1n);
    await world.send(submitter, settleJob(deployment, 1n));
    await world.send(submitter, closeSeat(deployment, 1n, world.drawn, verifier.address));
    await world.send(submitter, registerModel(deployment, 1n));
    await world.send(solver, withdrawCredit(deployment, "jobMarket"));
    await world.send(solver, unbondStake(deployment, 7n));
  });
  after(async () => {
    await world.anvil.stop();
    rmSync(directory, { recursive: true });
  });

  it("serves jobs, games and balances as the contracts have them", async () => {
    const { chain, deployment } = world;
    const indexer = await startIndexer({ rpc: world.anvil.rpc, deployment, database: ":memory:", pollMs: 20 });
    const get = async (path: string): Promise<any> => (await fetch(`${indexer.url}${path}`)).json();
    try {
      // Without the cache: a number of some ms ago would never be met.
      const head = Number(await chain.client.getBlockNumber({ cacheTime: 0 }));
      while ((await get("/health")).indexed !== head) await new Promise((resolve) => setTimeout(resolve, 10));
      const job = await get("/jobs/1");
      expect(job).to.include({ status: "Settled", checkpoints: 2, committed: 2, solver: solver.address, penalty: "0" });
      expect(job.terms).to.include({ order: "shuffled", workUnits: String(10n ** 20n), steps: 2 });
      expect((await get("/jobs")).map(({ id, status }: any) => [id, status])).to.deep.equal([[3, "Ended"], [2, "Cancelled"], [1, "Settled"]]); // prettier-ignore
      const { deadline } = await readJob(chain, 3n);
      expect(await get("/jobs/3")).to.include({ ended: true, deadline: Number(deadline), committed: 1, penalty: "0" });
      expect((await get("/jobs?limit=1&before=2")).map(({ id }: any) => id)).to.deep.equal([1]);
      expect((await get("/jobs/1/checkpoints")).map(({ k }: any) => k)).to.deep.equal([1, 0]);
      const seats = await get("/jobs/1/seats");
      expect(seats.map(({ change }: { change: string }) => change)).to.deep.equal([
        "Sealed",
        "Attested",
        "SecretRevealed",
        "SeatClosed",
      ]);
      expect(seats[1]).to.include({ k: world.drawn, verifier: verifier.address, root: endRoot });
      expect((await get("/models"))[0]).to.include({ job: 1, parent: null, stateRoot: endRoot });
      const game = await get("/games/1");
      expect(game).to.include({ outcome: "DefenderWon", job: 1, challenger: challenger.address, moveCount: 4 });
      expect(game.moves.map(({ type }: any) => type)).to.deep.equal(moves.map(({ type }) => type));
      for (const move of game.moves) expect(Number(move.gasUsed)).to.be.greaterThan(21_000);
      expect((await get("/games?job=2")).length).to.equal(0);
      for (const { address } of [submitter, solver, verifier, challenger]) {
        const found = await get(`/balances/${address}`);
        const stake = await readStake(chain, address);
        expect(found.stake).to.deep.equal({
          staked: String(stake.staked),
          locked: String(stake.locked),
          unbonding: String(stake.unbonding),
        });
        for (const contract of payers) {
          expect(found[contract].credit).to.equal(String(await readCredit(chain, contract, address)));
        }
      }
      expect((await get(`/balances/${verifier.address}`)).jobMarket.byReason).to.deep.equal({ AttestationFee: "11" });
      expect((await get(`/balances/${solver.address}`)).jobMarket.byReason).to.have.keys("Price", "Withdrawn");
      const missing = await fetch(`${indexer.url}/jobs/9`);
      expect([missing.status, (await fetch(`${indexer.url}/jobs?limit=0`)).status]).to.deep.equal([404, 400]);
      expect((await fetch(`${indexer.url}/balances/0x12`)).status).to.equal(400);
    } finally {
      await indexer.stop();
    }
  });

  it("tells what is at risk in a game that is open", async () => {
    const own = await World.create();
    const { deployment } = own;
    const indexer = await startIndexer({ rpc: own.anvil.rpc, deployment, database: ":memory:", pollMs: 20 });
    const get = async (): Promise<any> => (await fetch(`${indexer.url}/at-risk`)).json();
    try {
      expect(await get()).to.deep.include({ games: [] });
      await own.submit(2);
      await own.stake(solver, 10n ** 22n);
      await own.accept(1n);
      await own.commit(1n, 0);
      await own.send(challenger, approveTokens(deployment, "pinpoint", 10n ** 20n));
      await own.send(challenger, openGame(deployment, 1n, 0, endRoot, toHex(sha256())));
      const [{ stake }, bond] = await Promise.all([readTerms(own.chain, 1n), readBond(own.chain, 1n)]);
      let read = await get();
      while (read.games.length === 0) read = await get();
      expect(read.games[0]).to.include({
        game: "1",
        stake: String(stake),
        bond: String(bond),
        defender: solver.address,
        toMove: "defender",
        forecast: "unknown",
      });
      expect(read.totals.bonds).to.deep.equal({ win: "0", lose: "0", unknown: String(bond) });
      await own.request("evm_increaseTime", 700);
      await own.request("evm_mine");
      while (read.games[0].forecast === "unknown") read = await get();
      expect(read.games[0]).to.include({ forecast: "challenger" });
      expect(read.games[0].next).to.include({ by: "anyone", action: "timeout" });
      await own.anvil.stop();
      const answers = async () => (await fetch(`${indexer.url}/at-risk`)).status;
      while ((await answers()) === 200);
      expect(await answers()).to.equal(503);
    } finally {
      await indexer.stop();
      await own.anvil.stop();
    }
  });

  it("equals a fresh index after a reorganisation, and goes on", async () => {
    const path = join(directory, "index.sqlite");
    const database = new Database(path);
    await syncOnce(world.chain, database);
    const settled = contents(database);
    // The last 6 blocks fall: settlement, fees, withdrawal and unbonding are undone; the replacement is empty but one transfer.
    await world.request("anvil_reorg", 6, []);
    await world.submit(3);
    const progress = await syncOnce(world.chain, database);
    expect(progress.forgotten).to.be.greaterThan(0);
    const fresh = await world.resync();
    expect(contents(database)).to.deep.equal(contents(fresh));
    expect(contents(database)).not.to.deep.equal(settled);
    expect(fresh.one("select count(*) as count from jobs")?.count).to.equal(4);
    fresh.close();
    database.close();
    const again = new Database(path);
    expect(again.tip()?.number).to.equal(progress.head);
    again.close();
  });

  it("equals a fresh index after many random reorganisations", async () => {
    const seed = 20_260_101;
    console.log(`      seed ${seed}`);
    let random = seed;
    const below = (n: number): number => (random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0) % n;
    const database = new Database(":memory:");
    let forgotten = 0;
    for (let round = 0; round < 8; round++) {
      for (let i = below(4); i >= 0; i--) await world.submit(1 + below(5));
      forgotten += (await syncOnce(world.chain, database)).forgotten;
      await world.request("anvil_reorg", 1 + below(6), []);
      if (below(2) === 1) forgotten += (await syncOnce(world.chain, database)).forgotten;
    }
    await syncOnce(world.chain, database);
    expect(forgotten).to.be.greaterThan(8);
    const fresh = await world.resync();
    expect(contents(database)).to.deep.equal(contents(fresh));
    expect(fresh.one("select count(*) as count from jobs")?.count).to.be.greaterThan(3);
  });

  it("finds by the contracts' state what logs left out, whichever event it is, and reads it again", async () => {
    const fresh = await world.resync();
    const whole = contents(fresh);
    const events = fresh.all("select block, log_index, name from events order by block, log_index");
    const unseen = new Set<string>();
    for (const { block, log_index: index, name } of events) {
      const database = await world.resync();
      database.run("delete from events where block = ? and log_index = ?", block!, index!);
      const reconciler = new Reconciler(world.chain, database);
      let looks = 0;
      while ((await reconciler.look(database.tip()!.number)) !== undefined) {
        looks++;
        for (let more = true; more;) {
          const { head, indexed } = await syncOnce(world.chain, database);
          more = indexed < head;
        }
      }
      expect(looks, String(name)).to.be.at.most(3);
      if (looks === 0) unseen.add(String(name));
      else expect(contents(database), String(name)).to.deep.equal(whole);
      database.close();
    }
    fresh.close();
    console.log(
      `      ${events.length} events left out one by one; the state does not tell of ${[...unseen].join(", ") || "none"}`,
    );
    // They stand in no table of their own.
    expect([...unseen].toSorted()).to.deep.equal(["Bound", "Burned", "DisputeClosed", "DisputeOpened", "TimedOut"]);
  });

  it("starts anew on another chain", async () => {
    const path = join(directory, "other.sqlite");
    const { genesisHash } = world.deployment;
    const database = new Database(path);
    expect(database.claim({ genesisHash, contracts: [] })).to.equal(false);
    await syncOnce(world.chain, database);
    expect(database.claim({ genesisHash, contracts: [] })).to.equal(false);
    expect(database.tip()).not.to.equal(undefined);
    expect(database.claim({ genesisHash: zeroHash as Hex, contracts: [] })).to.equal(true);
    expect(database.tip()).to.equal(undefined);
    database.close();
  });
});
