import { network } from "hardhat";
import type { Address, Hex } from "viem";
import { isForced } from "../../protocol/index.ts";
import { Arena, disputed, verdict } from "../contracts/support/games.ts";
import { answerOf, committed, demandArgs } from "../contracts/support/demands.ts";
import { commitment, encoded, goodTerms, readJob, running, submit, word } from "../contracts/support/jobs.ts";
import { enrolment, treeOf, unforced, Window } from "../contracts/support/seats.ts";
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
  const { submitter, solver, stranger } = accounts;
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
  const { termsHash } = await readJob(world, jobId);
  await meter.send("JobMarket.accept", solver, market, "accept", [jobId, termsHash, "http://solver.example/"]);
  await meter.send("JobMarket.commit, first", solver, market, "commit", await commitment(world, jobId, 0));
  await world.send(solver, market, "commit", await commitment(world, jobId, 1));
  await meter.send("JobMarket.commit, last", solver, market, "commit", await commitment(world, jobId, 2));
  await world.at((await world.now()) + BigInt(late.window));
  await meter.send("JobMarket.settle", stranger, market, "settle", [jobId]);
  await meter.send("ModelRegistry.register", stranger, world.registry, "register", [jobId]);
  await meter.send("JobMarket.withdraw", solver, market, "withdraw", []);
  await meter.send("JobMarket.withdrawTo", submitter, market, "withdrawTo", [stranger]);

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

/** Every call of Verification, on the way of an honest seat, one that was told to err and is caught, and a forfeit. */
async function seatCalls(): Promise<Figure[]> {
  const world = await freshWorld();
  const { verification, staking, accounts } = world;
  const { solver, verifier, second, rival, stranger } = accounts;
  const meter = new Meter(world);
  await world.send(rival, staking, "deposit", [enrolment]);
  await meter.send("Verification.enroll", rival, verification, "enroll", [enrolment, treeOf(rival).root]);
  await meter.send("Verification.resign", rival, verification, "resign", []);
  const told = (word: Hex, id: bigint) =>
    isForced(word, id, 0, treeOf(second).at(id, 0).secret) && unforced(verifier)(word, id);
  const window = await Window.open(world, [verifier, second], { jackpotFee: 0n }, told);
  const { jobId } = window;
  const call = (name: string, from: Address, args: readonly unknown[], note = "") =>
    meter.send(`Verification.${name}${note}`, from, verification, name, args);
  await window.at("Seal", 10);
  await call("seal", verifier, window.seal(verifier, 0), ", first");
  await call("seal", second, window.seal(second, 0, word(0xbad)));
  await world.send(verifier, verification, "seal", window.seal(verifier, 1));
  await window.at("Attest");
  await call("attest", verifier, window.attestation(verifier, 0), ", first");
  await call("attest", second, window.attestation(second, 0, word(0xbad)));
  await world.send(verifier, verification, "attest", window.attestation(verifier, 1));
  await window.at("Accuse");
  await call("accuse", verifier, window.accusation(verifier, second, 0));
  await window.at("Open");
  await call("openState", solver, window.opening(0));
  await call("reveal", verifier, window.reveal(verifier, 0));
  await world.send(second, verification, "reveal", window.reveal(second, 0));
  await window.at("Prove");
  await call("proveAccusation", verifier, window.proof(verifier, second, 0));
  await call("forfeit", stranger, [jobId, 1]);
  await call("closeSeat", stranger, [jobId, 0, verifier], ", right");
  await call("closeSeat", stranger, [jobId, 0, second], ", obeyed");
  await call("closeAccusation", stranger, [jobId, 0, second, verifier]);
  return meter.figures;
}

/** The calls of Pinpoint that are no moves, and what they do to the market. */
async function gameCalls(): Promise<Figure[]> {
  const world = await freshWorld();
  const { pinpoint, accounts } = world;
  const { challenger, rival, stranger, verifier } = accounts;
  const meter = new Meter(world);

  const arena = await Arena.create(world, {}, deepShape);
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
  await meter.send("Pinpoint.withdraw", challenger, pinpoint, "withdraw", []);
  return meter.figures;
}

/** The calls of Availability: an answer, a forfeit, and a demand that it makes void. */
async function demandCalls(): Promise<Figure[]> {
  const world = await freshWorld();
  const { availability, accounts } = world;
  const { challenger, solver, stranger } = accounts;
  const meter = new Meter(world);
  const call = (name: string, from: Address, ...args: unknown[]) =>
    meter.send(`Availability.${name}`, from, availability, name, args);
  const jobId = await committed(world);
  await call("demand", challenger, ...demandArgs(jobId, 1, 2));
  await call("answer", solver, 1n, ...answerOf(1, 2));
  for (const chunk of [0, 1]) await world.send(challenger, availability, "demand", demandArgs(jobId, 1, chunk));
  const { answerBy } = await world.read<{ answerBy: bigint }>(availability, "demandOf", [3n]);
  await world.mineAt(answerBy + 1n);
  await call("forfeit", stranger, 2n);
  await call("voidDemand", stranger, 3n);
  await call("withdraw", solver);
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
    await cost("PrevrandaoBeacon", 66n),
    await cost("JobMarket", one, one, one),
    await cost("Arbiter"),
    await cost("Pinpoint", one, one, one),
    await cost("Verification", one, one, one, one),
    await cost("ModelRegistry", one),
  ];
}

/** Every call that is no move. */
export async function measureCalls(): Promise<Figure[]> {
  return [
    ...(await deployments()),
    ...(await jobCalls()),
    ...(await seatCalls()),
    ...(await gameCalls()),
    ...(await demandCalls()),
    ...(await settlement()),
  ];
}
