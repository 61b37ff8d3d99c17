import { expect } from "chai";
import { decodeFunctionData, isAddressEqual, type Abi, type Address, type Hex, type TransactionReceipt } from "viem";
import {
  availabilityAbi,
  gameRecord,
  jobMarketAbi,
  modelRegistryAbi,
  pinpointAbi,
  prevrandaoBeaconAbi,
  readGameCount,
  stakingAbi,
  testTokenAbi,
  verificationAbi,
  type Chain,
  type Deployment,
} from "../../../protocol/index.ts";
import type { Network, Role } from "../../e2e/network.ts";

/** A transaction that an account has on the chain. */
export interface Sent {
  readonly nonce: number;
  readonly block: bigint;
  readonly hash: Hex;
  readonly success: boolean;
  readonly functionName: string;
  /** What it does, once: function and arguments; undefined for what may be done again (approvals, deposits, enrolments, withdrawals). */
  readonly action: string | undefined;
}

/** What an account did on a chain. */
export interface Audit {
  readonly sent: readonly Sent[];
  /** Actions that have more than one transaction. */
  readonly doubles: readonly string[];
  /** Actions that were done more than once: those that reverted are not counted. */
  readonly repeated: readonly string[];
  /** Nonces below the highest that no transaction has, and transactions that wait. */
  readonly gaps: number;
  readonly reverted: readonly Sent[];
}

const repeatable = ["approve", "deposit", "enroll", "withdraw", "withdrawTo"];

function abiOf(deployment: Deployment, to: Address) {
  const abis = {
    jobMarket: jobMarketAbi,
    pinpoint: pinpointAbi,
    staking: stakingAbi,
    verification: verificationAbi,
    availability: availabilityAbi,
    modelRegistry: modelRegistryAbi,
    beacon: prevrandaoBeaconAbi,
  };
  for (const name of Object.keys(abis) as (keyof typeof abis)[])
    if (isAddressEqual(to, deployment[name])) return abis[name] as Abi;
  return testTokenAbi as Abi;
}

function describe(deployment: Deployment, to: Address, data: Hex): Pick<Sent, "functionName" | "action"> {
  // What fills a nonce that a reorganisation freed.
  if (data === "0x") return { functionName: "nothing", action: undefined };
  const { functionName, args } = decodeFunctionData({ abi: abiOf(deployment, to), data });
  const words = JSON.stringify(args, (_key, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  return { functionName, action: repeatable.includes(functionName) ? undefined : `${functionName} ${words}` };
}

function moreThanOnce(sent: readonly Sent[]): string[] {
  const counts = new Map<string, number>();
  for (const { action } of sent) if (action !== undefined) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].filter(([, count]) => count > 1).map(([action]) => action);
}

/** Every transaction of an account, from all blocks. */
export async function audit(chain: Chain, account: Address): Promise<Audit> {
  const { client, deployment } = chain;
  const head = await client.getBlockNumber({ cacheTime: 0 });
  const sent: Sent[] = [];
  for (let number = BigInt(deployment.block); number <= head; number++) {
    const { transactions } = await client.getBlock({ blockNumber: number, includeTransactions: true });
    for (const { from, to, input, nonce, hash } of transactions) {
      if (to === null || !isAddressEqual(from, account)) continue;
      const receipt: TransactionReceipt = await client.getTransactionReceipt({ hash });
      const success = receipt.status === "success";
      sent.push({ nonce, block: number, hash, success, ...describe(deployment, to, input) });
    }
  }
  const doubles = moreThanOnce(sent);
  const repeated = moreThanOnce(sent.filter(({ success }) => success));
  const [latest, pending] = await Promise.all(
    (["latest", "pending"] as const).map((blockTag) => client.getTransactionCount({ address: account, blockTag })),
  );
  const gaps = latest! - new Set(sent.map(({ nonce }) => nonce)).size + (pending! - latest!);
  return { sent, doubles, repeated, gaps, reverted: sent.filter(({ success }) => !success) };
}

/** What a role has on the chain: no action twice, no gap, nothing on its way; says what reverted. */
export async function expectOnce(network: Network, role: Role): Promise<Audit> {
  const found = await audit(network.chain, network.address(role));
  expect(found.doubles, `${role}'s doubles`).to.deep.equal([]);
  expect(found.gaps, `${role}'s gaps`).to.equal(0);
  const reverted = found.reverted.map(({ functionName, nonce }) => `${functionName} (nonce ${nonce})`).join(", ");
  const facts = `${found.sent.length} transactions, 0 double, 0 gaps, ${found.reverted.length} reverted`;
  console.log(`    ${role}: ${facts}${reverted && `: ${reverted}`}`);
  return found;
}

export async function expectClocksKept({ chain }: Network): Promise<void> {
  for (let id = 1n; id <= (await readGameCount(chain)); id++) {
    const { events } = await gameRecord(chain, id);
    expect(events.map(({ eventName }) => eventName)).to.not.include("TimedOut");
  }
}
