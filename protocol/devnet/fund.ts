import { createWalletClient, http, type Address } from "viem";
import type { LocalAccount } from "viem/accounts";
import { testTokenAbi } from "../abi/testToken.ts";
import { rpcClient, type Chain } from "../chain.ts";
import { explained } from "../explain-error.ts";

/** Makes test tokens for accounts, on a chain that mines at once. UNITS: amount in the token's smallest. */
export async function mintTokens(
  { client, deployment }: Chain,
  payer: LocalAccount,
  accounts: readonly Address[],
  amount: bigint,
): Promise<void> {
  const wallet = createWalletClient({ account: payer, transport: http(client.transport.url) });
  for (const account of accounts) {
    const args = [account, amount] as const;
    const call = { address: deployment.token, abi: testTokenAbi, functionName: "mint", args } as const;
    const hash = await explained(wallet.writeContract({ ...call, chain: null }));
    await explained(client.waitForTransactionReceipt({ hash }));
  }
}

/** Lets a development chain mine a block every so many seconds from now on, instead of one a transaction. */
export async function startMining(rpc: string, seconds: number): Promise<void> {
  const client = rpcClient(rpc);
  await explained(client.request({ method: "evm_setAutomine", params: [false] } as never));
  await explained(client.request({ method: "evm_setIntervalMining", params: [seconds] } as never));
}
