import { erc20Abi, type Address } from "viem";
import { jobMarketAbi } from "../abi/jobMarket.ts";
import { stakingAbi } from "../abi/staking.ts";
import type { Chain } from "../chain.ts";
import type { Payer, Spender } from "../deployment.ts";
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
export function readCredit(chain: Chain, contract: Payer, account: Address, at?: At): Promise<bigint> {
  // Each of them has this function, from the same interface.
  return read(chain, { address: chain.deployment[contract], abi: jobMarketAbi }, "credit", [account], at);
}

/** Tokens of an account. UNITS: the token's smallest. */
export function readTokens(chain: Chain, account: Address, at?: At): Promise<bigint> {
  return read(chain, { address: chain.deployment.token, abi: erc20Abi }, "balanceOf", [account], at);
}

/** Tokens that a contract of ours may take from an account. UNITS: the token's smallest. */
export function readAllowance(chain: Chain, account: Address, spender: Spender, at?: At): Promise<bigint> {
  const args = [account, chain.deployment[spender]] as const;
  return read(chain, { address: chain.deployment.token, abi: erc20Abi }, "allowance", args, at);
}
