import { erc20Abi, type Address } from "viem";
import { jobMarketAbi } from "../abi/jobMarket.ts";
import { pinpointAbi } from "../abi/pinpoint.ts";
import { stakingAbi } from "../abi/staking.ts";
import type { Chain } from "../chain.ts";
import { read, type At } from "./read.ts";

/** UNITS: the token's smallest; seconds since the epoch. */
export interface Stake {
  readonly staked: bigint;
  readonly locked: bigint;
  readonly unbonding: bigint;
  readonly unbondedAt: bigint;
  /** staked − unbonding − locked. */
  readonly free: bigint;
}

/** Stake of an account. */
export async function readStake(chain: Chain, account: Address, at?: At): Promise<Stake> {
  const contract = { address: chain.deployment.staking, abi: stakingAbi };
  const stake = await read(chain, contract, "account", [account], at);
  return { ...stake, free: stake.staked - stake.unbonding - stake.locked };
}

/** What a contract owes an account. UNITS: the token's smallest. */
export function readCredit(
  chain: Chain,
  contract: "jobMarket" | "pinpoint",
  account: Address,
  at?: At,
): Promise<bigint> {
  const { jobMarket, pinpoint } = chain.deployment;
  if (contract === "jobMarket") return read(chain, { address: jobMarket, abi: jobMarketAbi }, "credit", [account], at);
  return read(chain, { address: pinpoint, abi: pinpointAbi }, "credit", [account], at);
}

/** Tokens of an account. UNITS: the token's smallest. */
export function readTokens(chain: Chain, account: Address, at?: At): Promise<bigint> {
  return read(chain, { address: chain.deployment.token, abi: erc20Abi }, "balanceOf", [account], at);
}

/** Tokens that a contract of ours may take from an account. UNITS: the token's smallest. */
export function readAllowance(
  chain: Chain,
  account: Address,
  spender: "staking" | "jobMarket" | "pinpoint",
  at?: At,
): Promise<bigint> {
  const args = [account, chain.deployment[spender]] as const;
  return read(chain, { address: chain.deployment.token, abi: erc20Abi }, "allowance", args, at);
}
