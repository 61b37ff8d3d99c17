import { parseAbiItem, type Address } from "viem";
import {
  creditReasons,
  payers,
  readStake,
  readTokens,
  type Chain,
  type CreditReason,
  type Payer,
} from "../../protocol/index.ts";

/** A payment as the chain recorded it. UNITS: amount in the token's smallest. */
export interface Payment {
  readonly account: Address;
  readonly reason: CreditReason;
  readonly amount: bigint;
  readonly contract: Payer;
  /** The job (jobMarket), the game (pinpoint) or the demand (availability). */
  readonly subject: bigint;
}

export interface Holding {
  readonly tokens: bigint;
  readonly staked: bigint;
}

const credited = parseAbiItem(
  "event Credited(address indexed account, uint256 amount, uint8 reason, uint64 indexed subject)",
);

/** Every credit of a block range, read from the chain's logs. */
export async function paymentsSince(chain: Chain, fromBlock: bigint): Promise<Payment[]> {
  const { client, deployment } = chain;
  const logs = await Promise.all(
    payers.map((contract) =>
      client.getLogs({ address: deployment[contract], event: credited, fromBlock, strict: true }),
    ),
  );
  return logs.flatMap((list, i) =>
    list.map(({ args }) => ({
      account: args.account,
      reason: creditReasons[args.reason] ?? "None",
      amount: args.amount,
      contract: payers[i]!,
      subject: args.subject,
    })),
  );
}

/** Tokens and stakes of accounts, read from the chain. */
export async function holdings<Name extends string>(
  chain: Chain,
  accounts: Readonly<Record<Name, Address>>,
): Promise<Record<Name, Holding>> {
  const entries = await Promise.all(
    (Object.keys(accounts) as Name[]).map(async (name) => {
      const [tokens, { staked }] = await Promise.all([
        readTokens(chain, accounts[name]),
        readStake(chain, accounts[name]),
      ]);
      return [name, { tokens, staked }] as const;
    }),
  );
  return Object.fromEntries(entries) as Record<Name, Holding>;
}

/** Sum of the payments that a condition picks. */
export function paid(payments: readonly Payment[], picks: (payment: Payment) => boolean): bigint {
  return payments.filter(picks).reduce((sum, { amount }) => sum + amount, 0n);
}
