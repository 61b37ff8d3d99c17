import type { Address, Hex } from "viem";
import { forfeitJob } from "./games.ts";
import { accountOf, jobOf, require, type Demand, type Job, type State } from "./state.ts";

const answerGas = 160_000n;

function priceOf({ terms }: Job): bigint {
  return answerGas * terms.gasRate;
}

/** @param tensor place among the program's states, of which there is one */
export function demand(
  state: State,
  caller: Address,
  { id, k, root, tensor, chunk }: { id: bigint; k: number; root: Hex; tensor: number; chunk: number },
): void {
  const job = jobOf(state, id);
  require(job !== undefined && (job.status === "Running" || job.status === "Closing"), "WrongStatus");
  require(job.status === "Running" || state.now < job.windowEnd, "TooLate");
  require(k < job.committed, "NotCommitted");
  require(root === job.roots[k], "WrongState");
  require(tensor === 0, "NoSuchState");
  const account = accountOf(state, caller);
  require(account.tokens >= priceOf(job), "ERC20InsufficientBalance");
  account.tokens -= priceOf(job);
  job.openGames++;
  const answerBy = state.now + BigInt(job.terms.clock);
  state.demands.push({ job: id, checkpoint: k, chunk, answerBy, demander: caller, status: "Open" });
}

function openDemand(state: State, id: bigint): Demand {
  const found = state.demands[Number(id) - 1];
  require(found?.status === "Open", "DemandNotOpen");
  return found;
}

/** @param chunk which one the answer has; the tensor has one */
export function answer(state: State, caller: Address, id: bigint, chunk: number): void {
  const found = openDemand(state, id);
  require(state.now <= found.answerBy, "AnswerTooLate");
  // The answer of the chunk has its bytes, the one of a place beyond it none.
  require((found.chunk === 0) === (chunk === 0), "WrongLength");
  const job = jobOf(state, found.job)!;
  require(job.status !== "Convicted", "WrongStatus");
  found.status = "Answered";
  job.openGames--;
  accountOf(state, caller).demandCredit += priceOf(job);
}

export function forfeit(state: State, caller: Address, id: bigint): void {
  const found = openDemand(state, id);
  require(state.now > found.answerBy, "AnswerNotDue");
  const job = jobOf(state, found.job)!;
  require(job.status !== "Convicted", "WrongStatus");
  found.status = "Forfeited";
  accountOf(state, found.demander).demandCredit += priceOf(job);
  forfeitJob(state, caller, job, found.checkpoint);
}

export function voidDemand(state: State, _caller: Address, id: bigint): void {
  const found = openDemand(state, id);
  const job = jobOf(state, found.job)!;
  require(job.status === "Convicted", "JobNotConvicted");
  found.status = "Void";
  accountOf(state, found.demander).demandCredit += priceOf(job);
}

export function withdrawDemands(state: State, caller: Address): void {
  const account = accountOf(state, caller);
  require(account.demandCredit > 0n, "NothingOwed");
  account.tokens += account.demandCredit;
  account.demandCredit = 0n;
}
