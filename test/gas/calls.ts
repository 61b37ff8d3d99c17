import { network } from "hardhat";
import type { Address } from "viem";
import { Arena, disputed, verdict } from "../contracts/support/games.ts";
import {
  commitment,
  encoded,
  goodTerms,
  readJob,
  rootsOf,
  running,
  stakeVerifier,
  submit,
} from "../contracts/support/jobs.ts";
import { deepShape, shortShape } from "../contracts/support/toy.ts";
import { freshWorld, type Receipt, type Target, type World } from "../contracts/support/world.ts";
import type { Figure } from "./figure.ts";

/** Measures transactions by name. */
class Meter {
  readonly figures: Figure[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async send(name: string, from: Address, target: Target, call: string, args: readonly unknown[]): Promise<Receipt> {
    const receipt = await this.#world.send(from, target, call, args);
    this.figures.push({ name, gas: Number(receipt.gasUsed) });
    return receipt;
  }
}

/** Every call of Staking, and every call of JobMarket on the way to each end of a job; the first of its kind by each account. */
async function jobCalls(): Promise<Figure[]> {
  const world = await freshWorld();
  const { market, staking, accounts } = world;
  const { submitter, solver, verifier, stranger } = accounts;
  const meter = new Meter(world);
  const terms = await goodTerms(world);

  await meter.send("Staking.deposit", stranger, staking, "deposit", [100n]);
  await meter.send("Staking.unbond", stranger, staking, "unbond", [60n]);
  await world.mineAt((await world.now()) + 100_000n);
  await meter.send("Staking.withdraw", stranger, staking, "withdraw", []);

  const late = await goodTerms(world);
  await meter.send("JobMarket.submit", submitter, market, "submit", [encoded(late)]);
  await meter.send("JobMarket.cancel", submitter, market, "cancel", [1n]);

  const jobId = await submit(world, late);
  await world.send(solver, staking, "deposit", [3n * terms.stake]);
  await stakeVerifier(world, verifier);
  const { termsHash } = await readJob(world, jobId);
  await meter.send("JobMarket.accept", solver, market, "accept", [jobId, termsHash, "http://solver.example/"]);
  await meter.send("JobMarket.commit, first", solver, market, "commit", await commitment(world, jobId, 0));
  await meter.send("JobMarket.attest, first", verifier, market, "attest", [jobId, 0, rootsOf(0)[0]]);
  await world.send(solver, market, "commit", await commitment(world, jobId, 1));
  await meter.send("JobMarket.attest", verifier, market, "attest", [jobId, 1, rootsOf(1)[0]]);
  await meter.send("JobMarket.commit, last", solver, market, "commit", await commitment(world, jobId, 2));
  await world.at((await world.now()) + BigInt(late.window));
  await meter.send("JobMarket.settle", stranger, market, "settle", [jobId]);
  await meter.send("JobMarket.collectFees, two", stranger, market, "collectFees", [jobId, verifier, 0, 3]);
  await meter.send("JobMarket.withdraw", solver, market, "withdraw", []);
  await meter.send("JobMarket.withdrawTo", verifier, market, "withdrawTo", [stranger]);

  const expiring = await goodTerms(world);
  const unfinished = await running(world, expiring);
  await world.mineAt((await readJob(world, unfinished)).deadline + 1n);
  await meter.send("JobMarket.expire", stranger, market, "expire", [unfinished]);
  await world.at((await world.now()) + BigInt(expiring.window));
  await meter.send("JobMarket.settle, expired", stranger, market, "settle", [unfinished]);

  const stopped = await running(world, await goodTerms(world));
  await world.send(solver, market, "commit", await commitment(world, stopped, 0));
  await meter.send("JobMarket.end", submitter, market, "end", [stopped]);
  await world.mineAt((await readJob(world, stopped)).deadline + 1n);
  await world.send(stranger, market, "expire", [stopped]);
  await world.at((await readJob(world, stopped)).windowEnd);
  await meter.send("JobMarket.settle, ended", stranger, market, "settle", [stopped]);
  return meter.figures;
}

/** The calls of Pinpoint that are no moves, and what they do to the market. */
async function gameCalls(): Promise<Figure[]> {
  const world = await freshWorld();
  const { pinpoint, market, accounts } = world;
  const { challenger, rival, stranger, verifier } = accounts;
  const meter = new Meter(world);

  const arena = await Arena.create(world, {}, deepShape);
  await stakeVerifier(world, verifier);
  await world.send(verifier, market, "attest", [arena.jobId, disputed, arena.toy.endRoot]);
  const open = [arena.jobId, disputed, arena.toy.endRoot, arena.toy.segmentRoot];
  await meter.send("Pinpoint.open", challenger, pinpoint, "open", open);
  const acquitted = await arena.open(rival);
  const other = await arena.open(rival);
  // The challenger is to move.
  await arena.move(acquitted);
  await arena.atTimeout(acquitted);
  await meter.send("Pinpoint.timeout of a challenger", stranger, pinpoint, "timeout", [acquitted]);
  await meter.send("Pinpoint.timeout of a defender", verifier, pinpoint, "timeout", [1n]);
  await meter.send("Pinpoint.reclaim", stranger, pinpoint, "reclaim", [other]);
  await meter.send("JobMarket.releaseFees", stranger, market, "releaseFees", [arena.jobId, 0, 3]);
  await meter.send("Pinpoint.withdraw", challenger, pinpoint, "withdraw", []);
  return meter.figures;
}

/** What a judgement costs beyond what its caller is repaid for, with nothing warm: the first conviction of all. */
async function settlement(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, value] of [
    ["conviction", verdict.defenderWrong],
    ["acquittal", verdict.challengerWrong],
  ] as const) {
    const world = await freshWorld();
    const arena = await Arena.create(world, { gasCap: 100_000_000, stake: 10n ** 13n }, shortShape);
    const gameId = await arena.open();
    await arena.setVerdict(value);
    await arena.playTo(gameId, "Judgement");
    const before = (await arena.game(gameId)).challengerGas;
    const { gasUsed } = await arena.move(gameId);
    const metered = (await arena.game(gameId)).challengerGas - before;
    figures.push({ name: `${name}, gas of its judgement`, gas: Number(gasUsed) });
    figures.push({ name: `${name}, metered of it`, gas: metered });
  }
  return figures;
}

/** Gas of putting the contracts on a chain, nearly all of it for their code. */
async function deployments(): Promise<Figure[]> {
  const { viem } = await network.create();
  const client = await viem.getPublicClient();
  const one = `0x${"01".padStart(40, "0")}` as const;
  const cost = async (name: string, ...args: readonly unknown[]): Promise<Figure> => {
    const { deploymentTransaction } = await viem.sendDeploymentTransaction(name as "Pinpoint", args as never);
    const { gasUsed } = await client.getTransactionReceipt({ hash: deploymentTransaction.hash });
    return { name: `deploy ${name}`, gas: Number(gasUsed) };
  };
  return [
    await cost("Staking", one, 100n),
    await cost("JobMarket", one, one, 1n),
    await cost("Arbiter"),
    await cost("Pinpoint", one, one, one),
  ];
}

/** Every call that is no move. */
export async function measureCalls(): Promise<Figure[]> {
  return [...(await deployments()), ...(await jobCalls()), ...(await gameCalls()), ...(await settlement())];
}
