import { OperatorError } from "../common/index.ts";
import { approveTokens, readAllowance, readTokens, type Spender } from "../protocol/index.ts";
import { sendCall, type Sender } from "./send.ts";

/** UNITS: `amount` in the token's smallest. Errors: OperatorError `tokens-short` when the account owns less. */
export async function requireTokens({ chain, account: { address } }: Sender, amount: bigint): Promise<void> {
  const owned = await readTokens(chain, address);
  if (owned >= amount) return;
  const message = `The account ${address} has ${owned} of the token's smallest unit and needs ${amount}: send it tokens.`;
  throw new OperatorError("tokens-short", message, { address, owned, amount });
}

/** Allows a contract to take so much, unless it may already. Errors: as `sendCall`. */
export async function approve(sender: Sender, spender: Spender, amount: bigint): Promise<void> {
  const allowed = await readAllowance(sender.chain, sender.account.address, spender);
  if (allowed < amount) await sendCall(sender, approveTokens(sender.chain.deployment, spender, amount));
}
