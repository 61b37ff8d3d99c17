import type { Address, Hex } from "viem";
import { OperatorError } from "../common/index.ts";
import {
  cancelJob as cancelCall,
  earnedOf,
  priceOf,
  endJob as endCall,
  escrowOf,
  readCredit,
  readJob,
  readTerms,
  withdrawCredit,
  payers,
  type Chain,
  type Job,
  type Payer,
} from "../protocol/index.ts";
import { sendCall, type Sender } from "./send.ts";

/** The job; a sentence where it is another's or waits for something else. */
async function ownJob({ chain, account }: Sender, jobId: bigint): Promise<Job> {
  const job = await readJob(chain, jobId);
  if (job.status === "None") throw new OperatorError("no-job", `There is no job ${jobId}.`, { jobId });
  if (job.submitter.toLowerCase() === account.address.toLowerCase()) return job;
  const message = `Job ${jobId} was submitted by ${job.submitter}, and the key is of ${account.address}: sign with the submitter's.`;
  throw new OperatorError("not-submitter", message, { jobId, submitter: job.submitter, account: account.address });
}

/** What an account took of its credits. UNITS: the token's smallest. */
export interface Withdrawal {
  readonly contract: Payer;
  readonly amount: bigint;
  readonly transactionHash: Hex;
}

/** Takes all that the contracts owe the account, to it or to a recipient. Errors: as `sendCall`. */
export async function withdrawAll(sender: Sender, recipient?: Address): Promise<Withdrawal[]> {
  const { chain, account } = sender;
  const taken: Withdrawal[] = [];
  for (const contract of payers) {
    const amount = await readCredit(chain, contract, account.address);
    if (amount === 0n) continue;
    const { transactionHash } = await sendCall(sender, withdrawCredit(chain.deployment, contract, recipient));
    taken.push({ contract, amount, transactionHash });
  }
  return taken;
}

export interface CancelledJob {
  readonly jobId: bigint;
  /** Credited by the cancellation. UNITS: the token's smallest. */
  readonly escrow: bigint;
  readonly transactionHash: Hex;
}

/**
 * Takes a job back that nobody has accepted; its escrow is a credit: `withdrawAll`.
 * Errors: OperatorError `no-job`, `not-submitter`, `job-accepted`; as `sendCall`.
 */
export async function cancelJob(sender: Sender, jobId: bigint): Promise<CancelledJob> {
  const { status } = await ownJob(sender, jobId);
  if (status === "Running") {
    const message = `Job ${jobId} has a solver already: \`pinpoint end ${jobId}\` ends it and pays for what he committed.`;
    throw new OperatorError("job-accepted", message, { jobId });
  }
  const terms = await readTerms(sender.chain, jobId);
  const { transactionHash } = await sendCall(sender, cancelCall(sender.chain.deployment, jobId));
  return { jobId, escrow: escrowOf(terms), transactionHash };
}

/** What an early end costs and brings, as things stand. UNITS: the token's smallest; seconds. */
export interface EndedJob {
  readonly jobId: bigint;
  readonly committed: number;
  readonly checkpoints: number;
  /** Last second in which the solver may commit, since the epoch. */
  readonly deadline: bigint;
  /** Seconds from then in which disputes may be opened. */
  readonly window: number;
  /** What the solver gets if he commits no more, and what comes back of the price then. */
  readonly earned: bigint;
  readonly refund: bigint;
  readonly transactionHash: Hex;
}

/** The job as it now is. */
async function endOf(chain: Chain, jobId: bigint, transactionHash: Hex): Promise<EndedJob> {
  const [job, terms] = await Promise.all([readJob(chain, jobId), readTerms(chain, jobId)]);
  const { committed, checkpoints, deadline } = job;
  const earned = earnedOf(terms, job.unitPrice, committed);
  const refund = priceOf(terms, job.unitPrice) - earned;
  return { jobId, committed, checkpoints, deadline, window: terms.window, earned, refund, transactionHash };
}

/**
 * Ends a running job early: the solver is paid for the checkpoints that are committed when his notice is over.
 * Errors: OperatorError `no-job`, `not-submitter`, `job-not-accepted`; as `sendCall` (`reverted-already-ended`, …).
 */
export async function endJob(sender: Sender, jobId: bigint): Promise<EndedJob> {
  const { status } = await ownJob(sender, jobId);
  if (status === "Open") {
    const message = `Nobody has accepted job ${jobId}: \`pinpoint cancel ${jobId}\` takes it back with its whole escrow.`;
    throw new OperatorError("job-not-accepted", message, { jobId });
  }
  const { transactionHash } = await sendCall(sender, endCall(sender.chain.deployment, jobId));
  return endOf(sender.chain, jobId, transactionHash);
}
