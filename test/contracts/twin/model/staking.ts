import type { Address } from "viem";
import { accountOf, least, require, type Account, type State } from "./state.ts";

/** What of a stake may be locked or unbonded. */
export function freeOf({ staked, locked, unbonding }: Account): bigint {
  return staked - locked - unbonding;
}

export function deposit(state: State, caller: Address, amount: bigint): void {
  const account = accountOf(state, caller);
  require(amount > 0n, "ZeroAmount");
  require(account.tokens >= amount, "ERC20InsufficientBalance");
  account.tokens -= amount;
  account.staked += amount;
}

export function unbond(state: State, caller: Address, amount: bigint): void {
  const account = accountOf(state, caller);
  require(amount > 0n, "ZeroAmount");
  require(amount <= freeOf(account), "InsufficientFree");
  account.unbonding += amount;
  account.unbondedAt = state.now + state.unbondingSeconds;
}

export function withdrawStake(state: State, caller: Address): void {
  const account = accountOf(state, caller);
  require(account.unbonding > 0n, "NothingUnbonding");
  require(state.now >= account.unbondedAt, "StillUnbonding");
  account.tokens += account.unbonding;
  account.staked -= account.unbonding;
  account.unbonding = 0n;
  account.unbondedAt = 0n;
}

export function lock(account: Account, amount: bigint): void {
  require(amount <= freeOf(account), "InsufficientFree");
  account.locked += amount;
}

/** Takes locked stake: `paid` of it goes where the caller says, the rest is burned. */
export function slash(state: State, account: Account, amount: bigint, paid = 0n): void {
  account.staked -= amount;
  account.locked -= least(amount, account.locked);
  account.unbonding = least(account.unbonding, account.staked - account.locked);
  state.burned += amount - paid;
}
