import { createWalletClient, http, type Hex, type TransactionReceipt } from "viem";
import type { LocalAccount } from "viem/accounts";
import { OperatorError } from "../common/index.ts";
import { encodeCall, explained, type Call, type Chain } from "../protocol/index.ts";

/** Who signs, and through which node. */
export interface Sender {
  readonly chain: Chain;
  readonly rpc: string;
  readonly account: LocalAccount;
}

/**
 * Sends one transaction and waits until it is in a block. One at a time: a daemon uses a journal instead.
 * Errors: OperatorError `reverted-…` (before anything is paid, as a rule), `insufficient-funds`; TransientError.
 */
export async function sendCall(sender: Sender, call: Call): Promise<TransactionReceipt> {
  const { chain, rpc, account } = sender;
  const { client } = chain;
  const transaction = { account, ...encodeCall(call) };
  const gas = await explained(client.estimateGas(transaction));
  const wallet = createWalletClient({ account, transport: http(rpc) });
  const sent = { to: transaction.to, data: transaction.data, gas: (gas * 12n) / 10n, chain: null };
  const hash: Hex = await explained(wallet.sendTransaction(sent));
  const receipt = await explained(client.waitForTransactionReceipt({ hash }));
  if (receipt.status === "success") return receipt;
  // The chain changed between the estimate and the block: the same call now says why.
  await explained(client.call({ ...transaction, blockNumber: receipt.blockNumber }));
  throw new OperatorError("reverted", `Transaction ${hash} failed.`, { hash });
}
