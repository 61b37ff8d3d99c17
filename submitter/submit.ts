import { parseEventLogs, type Hex } from "viem";
import { DefectError, OperatorError } from "../common/index.ts";
import {
  encodeCall,
  escrowOf,
  explained,
  jobMarketAbi,
  submitJob as submitCall,
  type Terms,
} from "../protocol/index.ts";
import { sendCall, type Sender } from "./send.ts";
import { approve, requireTokens } from "./tokens.ts";

export interface SubmittedJob {
  readonly jobId: bigint;
  readonly escrow: bigint;
  readonly transactionHash: Hex;
}

/** Refuses terms and accounts that the contract will refuse, before an approval is paid for. */
async function rehearse(sender: Sender, terms: Terms, escrow: bigint): Promise<void> {
  const { chain, account } = sender;
  await requireTokens(sender, escrow);
  try {
    await explained(
      chain.client.call({ account: account.address, ...encodeCall(submitCall(chain.deployment, terms)) }),
    );
  } catch (error) {
    // The terms are checked first: nothing but the approval is missing.
    if (error instanceof OperatorError && error.code === "reverted-erc20-insufficient-allowance") return;
    throw error;
  }
}

/** Approves the escrow if it is not yet, and submits. Errors: as `sendCall`; OperatorError `tokens-short`. */
export async function submitJob(sender: Sender, terms: Terms): Promise<SubmittedJob> {
  const { deployment } = sender.chain;
  const escrow = escrowOf(terms);
  await rehearse(sender, terms, escrow);
  await approve(sender, "jobMarket", escrow);
  const receipt = await sendCall(sender, submitCall(deployment, terms));
  const [event] = parseEventLogs({ abi: jobMarketAbi, eventName: "JobSubmitted", logs: receipt.logs });
  const { transactionHash } = receipt;
  if (event === undefined)
    throw new DefectError("no-event", "A job was submitted without its event.", { transactionHash });
  return { jobId: event.args.jobId, escrow, transactionHash };
}
