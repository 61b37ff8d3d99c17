import { zeroAddress, type Address, type Hex } from "viem";
import type { Status, Terms } from "../../../../protocol/index.ts";
import { lock, slash } from "./staking.ts";
import { accountOf, ceilDiv, jobOf, least, most, require, statusOf, type Job, type State } from "./state.ts";

const timeoutGas = 250_000n;
const refundedGames = 16n;

export const fees = (terms: Terms): bigint => terms.attestationFee * 2n * BigInt(terms.attestors) * BigInt(terms.draws);
const priceAt = (terms: Terms, unitPrice: bigint): bigint => terms.workUnits * unitPrice;
const checkpointsOf = (terms: Terms): number => Math.ceil(terms.steps / terms.interval);

/** What must be left of a stake so that cheating is a loss. SPEC: spec/market.md, Deterrence. */
export function deterrence(terms: Terms): bigint {
  const n = BigInt(checkpointsOf(terms));
  const draws = BigInt(terms.draws);
  const cost = ceilDiv(priceAt(terms, terms.unitPrice), n);
  const one = ceilDiv(2n * n * (cost + terms.valueAtRisk), draws) + cost;
  const all = ceilDiv(2n * (n * cost + terms.valueAtRisk), draws) + n * cost;
  return most(0n, most(one, all) - priceAt(terms, terms.floorPrice));
}

export function leastStake(terms: Terms): bigint {
  const gas = (1n + refundedGames) * BigInt(terms.gasCap) + timeoutGas;
  return terms.bounty + gas * terms.gasRate + terms.latePenalty + deterrence(terms);
}

/** The rules that random terms break. SPEC: spec/market.md, Terms. */
function termsHold(state: State, terms: Terms): boolean {
  const checkpoints = checkpointsOf(terms);
  const price = priceAt(terms, terms.unitPrice);
  const seats = BigInt(terms.draws) * BigInt(terms.attestors) * terms.verifierStake;
  const liability = terms.window + 2 * terms.clock + 22 * terms.extension;
  return (
    terms.floorPrice <= terms.unitPrice &&
    terms.valueAtRisk >= price &&
    terms.draws >= 1 &&
    terms.draws <= checkpoints &&
    terms.attestors >= 2 &&
    terms.attestors <= 16 &&
    terms.verifierStake >= ceilDiv(price, BigInt(checkpoints)) &&
    seats >= terms.valueAtRisk &&
    terms.stake >= leastStake(terms) &&
    terms.acceptBy >= state.now &&
    BigInt(terms.auction) <= terms.acceptBy - state.now &&
    terms.window >= 8 &&
    terms.clock >= terms.extension &&
    BigInt(liability) < state.unbondingSeconds
  );
}

export function submit(state: State, caller: Address, terms: Terms): void {
  require(termsHold(state, terms), "TermOutOfRange");
  if (terms.parent !== 0n) {
    const parent = jobOf(state, terms.parent);
    const over = ["Settled", "Ended", "Expired"].includes(statusOf(state, terms.parent));
    const complete = parent?.status === "Closing" && parent.committed === parent.checkpoints;
    require(parent !== undefined && (over || complete), "WrongStatus");
    require(parent.committed > 0, "NotCommitted");
    require(parent.roots.at(-1) === terms.initialStateRoot, "WrongParentState");
  }
  const escrow = priceAt(terms, terms.unitPrice) + fees(terms) + terms.jackpotFee;
  const account = accountOf(state, caller);
  require(account.tokens >= escrow, "ERC20InsufficientBalance");
  account.tokens -= escrow;
  state.jobs.push({
    terms,
    submitter: caller,
    checkpoints: checkpointsOf(terms),
    openedAt: state.now,
    status: "Open",
    committed: 0,
    convictedCheckpoint: 0,
    openGames: 0,
    ended: false,
    solver: zeroAddress,
    drawBlock: 0n,
    deadline: 0n,
    snapshotAt: 0n,
    windowEnd: 0n,
    unitPrice: 0n,
    roots: [],
    attested: 0,
    games: 0,
    refundable: 0,
  });
}

/** A job in this status. */
function inStatus(state: State, id: bigint, status: Status): Job {
  const job = jobOf(state, id);
  require(job?.status === status, "WrongStatus");
  return job;
}

function pay(state: State, address: Address, amount: bigint): void {
  if (amount !== 0n) accountOf(state, address).marketCredit += amount;
}

export function cancel(state: State, caller: Address, id: bigint): void {
  const job = inStatus(state, id, "Open");
  require(caller === job.submitter, "NotSubmitter");
  job.status = "Cancelled";
  const { terms } = job;
  pay(state, caller, priceAt(terms, terms.unitPrice) + fees(terms) + terms.jackpotFee);
}

export function accept(state: State, caller: Address, id: bigint, sameTerms: boolean): void {
  const job = inStatus(state, id, "Open");
  const { terms } = job;
  require(sameTerms, "WrongTerms");
  require(terms.solver === zeroAddress || terms.solver === caller, "NotNamedSolver");
  require(state.now <= terms.acceptBy, "TooLate");
  lock(accountOf(state, caller), terms.stake);
  const elapsed = state.now - job.openedAt;
  const risen = ((terms.unitPrice - terms.floorPrice) * elapsed) / most(1n, BigInt(terms.auction));
  job.unitPrice = elapsed >= BigInt(terms.auction) ? terms.unitPrice : terms.floorPrice + risen;
  job.status = "Running";
  job.solver = caller;
  job.deadline = state.now + BigInt(terms.heartbeat);
  job.snapshotAt = state.now;
  pay(state, job.submitter, priceAt(terms, terms.unitPrice - job.unitPrice));
}

function close(state: State, job: Job): void {
  job.status = "Closing";
  job.windowEnd = state.now + BigInt(job.terms.window);
  job.drawBlock = state.block + 1n;
}

export function commit(
  state: State,
  caller: Address,
  { id, sameTerms, k, root }: { id: bigint; sameTerms: boolean; k: number; root: Hex },
): void {
  const job = inStatus(state, id, "Running");
  require(sameTerms, "WrongTerms");
  require(caller === job.solver, "NotSolver");
  require(state.now <= job.deadline, "TooLate");
  require(k === job.committed, "WrongCheckpoint");
  job.committed++;
  job.roots.push(root);
  if (job.committed === job.checkpoints) return close(state, job);
  job.snapshotAt = state.now;
  if (!job.ended) job.deadline = state.now + BigInt(job.terms.heartbeat);
}

export function end(state: State, caller: Address, id: bigint): void {
  const job = inStatus(state, id, "Running");
  require(caller === job.submitter, "NotSubmitter");
  require(!job.ended, "AlreadyEnded");
  require(state.now <= job.deadline, "TooLate");
  job.ended = true;
  job.deadline = least(job.deadline, state.now + BigInt(job.terms.extension));
}

export function expire(state: State, _caller: Address, id: bigint): void {
  const job = inStatus(state, id, "Running");
  require(state.now > job.deadline, "TooEarly");
  close(state, job);
}

export const committedSteps = ({ terms, committed }: Job): bigint =>
  BigInt(Math.min(committed * terms.interval, terms.steps));

export function settle(state: State, _caller: Address, id: bigint): void {
  const job = inStatus(state, id, "Closing");
  require(state.now >= job.windowEnd, "TooEarly");
  require(job.openGames === 0, "GamesOpen");
  const { terms } = job;
  const parent = jobOf(state, terms.parent);
  require(parent?.status !== "Closing", "ParentUnsettled");
  const fell =
    parent?.status === "Convicted" || (parent?.status === "Ended" && parent.committed === parent.checkpoints);
  const unfinished = job.ended ? "Ended" : "Expired";
  job.status = job.committed < job.checkpoints ? unfinished : fell ? "Ended" : "Settled";
  const price = priceAt(terms, job.unitPrice);
  const earned = (price * committedSteps(job)) / BigInt(terms.steps);
  pay(state, job.solver, earned);
  pay(state, job.submitter, price - earned);
  const solver = accountOf(state, job.solver);
  if (job.status === "Settled") state.pool += terms.jackpotFee;
  payUnused(state, job, job.status === "Settled" ? 0n : terms.jackpotFee);
  const penalty = job.status === "Expired" ? terms.latePenalty : 0n;
  slash(state, solver, penalty);
  solver.locked -= terms.stake - penalty;
}

function payUnused(state: State, job: Job, more: bigint): void {
  pay(state, job.submitter, fees(job.terms) - BigInt(job.attested) * job.terms.attestationFee + more);
}

/** The market's part of a conviction, of which so much of the stake is paid. */
export function convict(state: State, job: Job, k: number, paid: bigint): void {
  job.status = "Convicted";
  job.convictedCheckpoint = k;
  pay(state, job.submitter, priceAt(job.terms, job.unitPrice));
  payUnused(state, job, job.terms.jackpotFee);
  slash(state, accountOf(state, job.solver), job.terms.stake, paid);
}

export function withdrawMarket(state: State, caller: Address): void {
  const account = accountOf(state, caller);
  require(account.marketCredit > 0n, "NothingOwed");
  account.tokens += account.marketCredit;
  account.marketCredit = 0n;
}

/** The registry of models. */
export function register(state: State, _caller: Address, id: bigint): void {
  require(!state.models.has(id), "AlreadyRegistered");
  const job = jobOf(state, id);
  const final = job !== undefined && ["Settled", "Ended", "Expired"].includes(job.status);
  require(final && job.committed > 0, "NotFinal");
  const { parent } = job.terms;
  const line = state.models.get(parent);
  require(parent === 0n || line !== undefined, "ParentNotRegistered");
  const steps = committedSteps(job) + (line?.steps ?? 0n);
  state.models.set(id, { parent, generation: line === undefined ? 0 : line.generation + 1, steps });
}
