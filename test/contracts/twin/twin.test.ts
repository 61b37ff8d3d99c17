import { expect } from "chai";
import type { Address } from "viem";
import type { Terms } from "../../../protocol/index.ts";
import { createPrng } from "../../../common/index.ts";
import { segmentRoot, stateRoot } from "./claims.ts";
import { encoded, goodTerms, readJob } from "../support/jobs.ts";
import { treeOf } from "../support/seats.ts";
import { request, supplyEach, World } from "../support/world.ts";
import { Chain, wordsOf } from "./chain.ts";
import { History, type Reach } from "./history.ts";
import * as market from "./model/market.ts";
import * as staking from "./model/staking.ts";
import { copyOf, type Account, type State } from "./model/state.ts";
import * as verification from "./model/verification.ts";

const seed = Number(process.env.PINPOINT_TEST_SEED ?? 20_261_126);
const histories = Number(process.env.PINPOINT_TWIN_HISTORIES ?? 150);
/** Moves of a history: 32 to 44. */
const shortest = 32;
const spread = 13;
/** From so many histories on, everything must have happened at least so often. */
const [many, often] = [5_000, 20];

/** What every run of histories has to reach. */
const usual = [
  ..."Open > Running,Open > Cancelled,Running > Closing,Running > Convicted,Closing > Settled,Closing > Expired,Closing > Ended,Closing > Convicted".split(","), // prettier-ignore
  ..."deposit,unbond,submit,cancel,accept,commit,end,expire,settle,register,seal,attest,accuse,openState,reveal,closeSeat,open,move,timeout,reclaim,demand,answer,withdraw".split(",").map((name) => `${name} done`), // prettier-ignore
  "seat Right",
  "seat Void",
];
/** And a long run besides. */
const rare = [
  ..."Obeyed,Wrong,Disobeyed,Missing,Hidden".split(",").map((name) => `seat ${name}`),
  ..."ChallengerWon after move,ChallengerWon after timeout,DefenderWon after move,DefenderWon after timeout,Void after reclaim".split(",").map((name) => `game ${name}`), // prettier-ignore
  ..."submit,accept,commit,seal,attest,accuse,openState,reveal,proveAccusation,forfeit,closeSeat,closeAccusation,open,move,timeout,reclaim,demand,answer,forfeitDemand,voidDemand,withdraw".split(",").map((name) => `${name} refused`), // prettier-ignore
  ..."withdraw stake,enroll,resign,proveAccusation,forfeit,closeAccusation,forfeitDemand,voidDemand"
    .split(",")
    .map((name) => `${name} done`),
  "accusation proved",
  "accusation not proved",
  "jackpot",
  "game on a segment attested as failed",
];

/** What even a long run reaches only some times. */
const seldom = ["seat Challenged", "seat Unchallenged"];

/** A call on both before the histories. */
type SetUp = (name: string, args: readonly unknown[], from: Address, apply: (state: State) => void) => Promise<void>;

/** The contracts against a model of them in TypeScript, move by move over random histories. */
describe("the twin", function () {
  this.timeout(4 * 3_600_000);
  const reach: Reach = new Map();
  let chain: Chain;
  let start: State;

  /** Six accounts with stakes, five of them with stake in the draws, before the first move. */
  before(async () => {
    const world = await World.create("TestToken", 3_000n);
    const { submitter, solver, challenger, rival, verifier, second } = world.accounts;
    const accounts = [submitter, solver, challenger, rival, verifier, second];
    chain = await Chain.create(world, accounts);
    const account = (): Account => ({
      tokens: supplyEach,
      staked: 0n,
      locked: 0n,
      unbonding: 0n,
      unbondedAt: 0n,
      enrolled: 0n,
      reserved: 0n,
      secretsRoot: undefined,
      secretsAt: 0n,
      weights: [],
      marketCredit: 0n,
      gameCredit: 0n,
      demandCredit: 0n,
    });
    start = {
      now: await world.now(),
      block: BigInt(await request<string>("eth_blockNumber", [])),
      unbondingSeconds: 3_000n,
      accounts: new Map(accounts.map((address) => [address, account()])),
      jobs: [],
      games: [],
      demands: [],
      segments: new Map(),
      words: new Map(),
      models: new Map(),
      totalWeights: [],
      pool: 0n,
      jackpotsKept: 0n,
      burned: 0n,
      verdict: "DefenderWrong",
    };
    const setUp: SetUp = async (name, args, from, apply) => {
      start.now++;
      start.block++;
      const targets = { deposit: world.staking, set: world.arbiter, enroll: world.verification };
      const target = targets[name as "deposit"] ?? world.market;
      expect(await chain.send(from, target, name, args, start.now), name).to.equal("done");
      apply(start);
    };
    await setUp("set", [1, `0x${"00".repeat(32)}`], world.accounts.deployer, () => undefined);
    for (const [i, from] of accounts.entries()) {
      await setUp("deposit", [50_000_000n], from, (state) => staking.deposit(state, from, 50_000_000n));
      if (i === 0) continue;
      const args = [2_000_000n, treeOf(from).root] as const;
      await setUp("enroll", args, from, (state) => verification.enroll(state, from, ...args));
    }
    await fillPool(setUp, rival);
    expect(await chain.words(start)).to.equal(wordsOf(start));
  });

  /** A first job that settles, and leaves jackpots. */
  async function fillPool(setUp: SetUp, from: Address): Promise<void> {
    const { world } = chain;
    const terms: Terms = {
      ...(await goodTerms(world, { jackpotFee: 1_000_000n, steps: 1, interval: 1, draws: 1, attestors: 2 })),
      verifierStake: 3_000_000n,
      stake: 40_000_000n,
      bounty: 0n,
      gasRate: 0n,
      window: 8,
    };
    await setUp("submit", [encoded(terms)], from, (state) => market.submit(state, from, terms));
    const { termsHash } = await readJob(world, 1n);
    await setUp("accept", [1n, termsHash, ""], from, (state) => market.accept(state, from, 1n, true));
    const root = stateRoot;
    await setUp("commit", [1n, termsHash, 0, root, segmentRoot(1)], from, (state) =>
      market.commit(state, from, { id: 1n, sameTerms: true, k: 0, root }),
    );
    start.now += 8n;
    await setUp("settle", [1n], from, (state) => market.settle(state, from, 1n));
  }

  it(`agrees with the contracts after every move of ${histories} histories`, async () => {
    console.log(`      seed ${seed}`);
    let moves = 0;
    for (let n = 0; n < histories; n++) {
      const snapshot = await request<string>("evm_snapshot", []);
      const prng = createPrng(seed + n);
      const history = new History(chain, copyOf(start), prng, reach);
      try {
        await history.play(shortest + prng.below(spread));
      } catch (error) {
        console.log(history.log.join("\n"));
        throw new Error(`history ${n} of seed ${seed}, move ${history.log.length}: ${(error as Error).message}`, { cause: error }); // prettier-ignore
      }
      moves += history.log.length;
      await request("evm_revert", [snapshot]);
      if ((n + 1) % 1_000 === 0) console.log(`      ${n + 1} histories, ${moves} moves`);
    }
    console.log(`      ${histories} histories, ${moves} moves, ${(moves / histories).toFixed(1)} each, 0 differences`);
    expect(moves / histories).to.be.greaterThan(shortest);
  });

  it("reached everything that can happen", () => {
    const counts = [...reach].toSorted(([a], [b]) => a.localeCompare(b));
    console.log(counts.map(([name, count]) => `      ${String(count).padStart(7)}  ${name}`).join("\n"));
    const long = histories >= many;
    const few = (name: string) => (reach.get(name) ?? 0) < (long ? often : 1);
    expect((long ? [...usual, ...rare] : usual).filter(few)).to.deep.equal([]);
    if (long) expect(seldom.filter((name) => !reach.has(name))).to.deep.equal([]);
  });
});
