import { expect } from "chai";
import { parseEventLogs, zeroAddress, type Address, type Hex, type Log } from "viem";
import {
  checkpointsOf,
  creditReasons,
  demandStatuses,
  escrowOf,
  finishedStatuses,
  jobMarketAbi,
  phases,
  priceOf,
  statuses,
  type Terms,
} from "../../../protocol/index.ts";
import { burnAddress, supplyEach, type World } from "./world.ts";

export const timeoutGas = 250_000n;

export function word(n: number | bigint): Hex {
  return `0x${n.toString(16).padStart(64, "0")}`;
}

/** Terms of three checkpoints that every rule allows, with changes. */
export async function goodTerms(world: World, changes: Partial<Terms> = {}): Promise<Terms> {
  return {
    programRoot: word(0xa1),
    datasetRoot: word(0xa2),
    initialStateRoot: word(0xa3),
    manifestHash: word(0xa4),
    firstStep: 0,
    steps: 250,
    interval: 100,
    grid: 10,
    seed: 7,
    order: "shuffled",
    workUnits: 1_000_000n,
    solver: zeroAddress,
    parent: 0n,
    floorPrice: 3n,
    unitPrice: 3n,
    auction: 0,
    valueAtRisk: 3_000_000n,
    draws: 3,
    attestors: 2,
    attestationFee: 1_000n,
    verifierStake: 1_000_000n,
    jackpotFee: 2_000n,
    stake: 60_000_000_000n,
    bounty: 5_000_000n,
    gasRate: 1_000n,
    gasCap: 3_000_000,
    replayCompensation: 70_000n,
    latePenalty: 40_000n,
    acceptBy: (await world.now()) + 1_000n,
    heartbeat: 5_000,
    window: 2_000,
    clock: 600,
    extension: 60,
    uri: "http://127.0.0.1/bundle",
    ...changes,
  };
}

/** Terms as the contract takes them. */
export function encoded(terms: Terms): unknown {
  return { ...terms, order: terms.order === "sequential" ? 1 : 2 };
}

export function bondOf(terms: Terms): bigint {
  return (BigInt(terms.gasCap) + timeoutGas) * terms.gasRate + terms.replayCompensation;
}

/** What `World.read(market, "job")` answers. */
export interface ChainJob {
  readonly submitter: Address;
  readonly status: number;
  readonly checkpoints: number;
  readonly committed: number;
  readonly convictedCheckpoint: number;
  readonly openGames: number;
  readonly ended: boolean;
  readonly solver: Address;
  readonly drawBlock: bigint;
  readonly openedAt: bigint;
  readonly deadline: bigint;
  readonly snapshotAt: bigint;
  readonly windowEnd: bigint;
  readonly unitPrice: bigint;
  readonly termsHash: Hex;
  readonly uri: string;
}

export function readJob(world: World, jobId: bigint): Promise<ChainJob> {
  return world.read(world.market, "job", [jobId]);
}

export async function statusOf(world: World, jobId: bigint): Promise<string> {
  return statuses[(await readJob(world, jobId)).status]!;
}

/** Submits a job; its id. */
export async function submit(world: World, terms: Terms): Promise<bigint> {
  await world.send(world.accounts.submitter, world.market, "submit", [encoded(terms)]);
  return world.read(world.market, "jobCount");
}

export async function deposit(world: World, account: Address, amount: bigint): Promise<void> {
  await world.send(account, world.staking, "deposit", [amount]);
}

/** Submits a job and has the solver accept it. */
export async function running(world: World, terms: Terms): Promise<bigint> {
  const jobId = await submit(world, terms);
  await deposit(world, world.accounts.solver, terms.stake);
  const { termsHash } = await readJob(world, jobId);
  await world.send(world.accounts.solver, world.market, "accept", [jobId, termsHash, "http://solver"]);
  return jobId;
}

/** State and segment root that the tests commit for checkpoint k. */
export function rootsOf(k: number): readonly [Hex, Hex] {
  return [word(0x1000 + k), word(0x2000 + k)];
}

/** Arguments of the commitment of checkpoint k. */
export async function commitment(
  world: World,
  jobId: bigint,
  k: number,
  [stateRoot, segmentRoot]: readonly [Hex, Hex] = rootsOf(k),
): Promise<[bigint, Hex, number, Hex, Hex]> {
  return [jobId, (await readJob(world, jobId)).termsHash, k, stateRoot, segmentRoot];
}

/** Commits checkpoints up to `count`. */
export async function commitUpTo(world: World, jobId: bigint, count: number): Promise<void> {
  for (let k = (await readJob(world, jobId)).committed; k < count; k++) {
    await world.send(world.accounts.solver, world.market, "commit", await commitment(world, jobId, k));
  }
}

/** Runs a job to Closing. */
export async function closing(world: World, terms: Terms): Promise<bigint> {
  const jobId = await running(world, terms);
  await commitUpTo(world, jobId, checkpointsOf(terms));
  return jobId;
}

interface StakeView {
  readonly staked: bigint;
  readonly locked: bigint;
  readonly unbonding: bigint;
}
export function stakeOf(world: World, account: Address): Promise<StakeView> {
  return world.read(world.staking, "account", [account]);
}

/** Fees of a finished job's attested seats that are not closed, from its events. */
async function heldFees(world: World, jobId: bigint, terms: Terms): Promise<bigint> {
  const attested = await world.read<bigint>(world.verification, "attestedSeats", [jobId]);
  const logs = (await world.logs(world.market.address)) as Log[];
  const credited = parseEventLogs({ abi: jobMarketAbi, eventName: "Credited", logs })
    .filter(({ args }) => args.subject === jobId)
    .filter(({ args }) => ["AttestationFee", "ReturnedFee"].includes(creditReasons[args.reason]!))
    .reduce((sum, { args }) => sum + args.amount, 0n);
  return terms.attestationFee * attested - credited;
}

/** What the market holds for its jobs, beside credits. */
async function heldForJobs(world: World): Promise<bigint> {
  let held = await world.read<bigint>(world.market, "jackpotPool");
  for (let id = 1n; id <= (await world.read<bigint>(world.market, "jobCount")); id++) {
    const job = await readJob(world, id);
    const terms = await world.read<Terms>(world.market, "terms", [id]);
    const status = statuses[job.status]!;
    const saving = status === "Open" ? 0n : priceOf(terms, terms.unitPrice - job.unitPrice);
    if (!finishedStatuses.includes(status)) held += escrowOf(terms) - saving;
    else if (status !== "Cancelled") held += await heldFees(world, id, terms);
  }
  return held;
}

/** What Pinpoint holds for its games, beside credits: bonds, and the reserve of void games. */
async function heldForGames(world: World): Promise<bigint> {
  let held = 0n;
  for (let id = 1n; id <= (await world.read<bigint>(world.pinpoint, "gameCount")); id++) {
    const game = await world.read<{ phase: number; jobId: bigint; gasRefunded: boolean }>(world.pinpoint, "game", [id]);
    if (["ChallengerWon", "DefenderWon", "Void"].includes(phases[game.phase]!)) continue;
    const terms = await world.read<Terms>(world.market, "terms", [game.jobId]);
    held += bondOf(terms);
    const isVoid = (await statusOf(world, game.jobId)) === "Convicted";
    if (isVoid && game.gasRefunded) held += BigInt(terms.gasCap) * terms.gasRate;
  }
  return held;
}

/** What Availability holds for its open demands, beside credits. */
async function heldForDemands(world: World): Promise<bigint> {
  let held = 0n;
  for (let id = 1n; id <= (await world.read<bigint>(world.availability, "demandCount")); id++) {
    const { status, jobId } = await world.read<{ status: number; jobId: bigint }>(world.availability, "demandOf", [id]);
    if (demandStatuses[status] === "Open") held += await world.read<bigint>(world.availability, "priceOf", [jobId]);
  }
  return held;
}

/** Every token is accounted for: each contract holds exactly what it owes, and nothing was made or lost. */
export async function audit(world: World): Promise<void> {
  const accounts = Object.values(world.accounts);
  const sum = async (amounts: readonly Promise<bigint>[]) => (await Promise.all(amounts)).reduce((a, b) => a + b, 0n);
  const owed = (target: World["market"]) => sum(accounts.map((account) => world.credit(target, account)));
  const staked = await sum(accounts.map(async (account) => (await stakeOf(world, account)).staked));
  expect(await world.balance(world.staking.address), "staking holds all stakes").to.equal(staked);
  const market = (await owed(world.market)) + (await heldForJobs(world));
  expect(await world.balance(world.market.address), "the market holds what it owes").to.equal(market);
  const pinpoint = (await owed(world.pinpoint)) + (await heldForGames(world));
  expect(await world.balance(world.pinpoint.address), "Pinpoint holds what it owes").to.equal(pinpoint);
  const availability = (await owed(world.availability)) + (await heldForDemands(world));
  expect(await world.balance(world.availability.address), "Availability holds what it owes").to.equal(availability);
  const contracts = [world.staking, world.market, world.pinpoint, world.availability].map(({ address }) => address);
  const total = await sum([...accounts, ...contracts, burnAddress].map((account) => world.balance(account)));
  expect(total, "no token was made or lost").to.equal(supplyEach * BigInt(accounts.length));
}
