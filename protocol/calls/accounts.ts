import { erc20Abi, type Address } from "viem";
import { availabilityAbi } from "../abi/availability.ts";
import { jobMarketAbi } from "../abi/jobMarket.ts";
import { pinpointAbi } from "../abi/pinpoint.ts";
import { stakingAbi } from "../abi/staking.ts";
import type { Deployment, Payer, Spender } from "../deployment.ts";
import type { Call } from "./call.ts";

const abis = { jobMarket: jobMarketAbi, pinpoint: pinpointAbi, availability: availabilityAbi } as const;

/** Allows a contract of ours to take tokens. UNITS: the token's smallest. */
export function approveTokens(deployment: Deployment, spender: Spender, amount: bigint): Call {
  return { address: deployment.token, abi: erc20Abi, functionName: "approve", args: [deployment[spender], amount] };
}
/** Takes the stake: approve it first. */
export function depositStake(deployment: Deployment, amount: bigint): Call {
  return { address: deployment.staking, abi: stakingAbi, functionName: "deposit", args: [amount] };
}
/** Starts the delay after which `withdrawStake` pays. */
export function unbondStake(deployment: Deployment, amount: bigint): Call {
  return { address: deployment.staking, abi: stakingAbi, functionName: "unbond", args: [amount] };
}
export function withdrawStake(deployment: Deployment): Call {
  return { address: deployment.staking, abi: stakingAbi, functionName: "withdraw", args: [] };
}
/** Pays all that a contract owes the caller: to him, or to the recipient if one is named. */
export function withdrawCredit(deployment: Deployment, contract: Payer, recipient?: Address): Call {
  const to = { address: deployment[contract], abi: abis[contract] };
  return recipient === undefined
    ? { ...to, functionName: "withdraw", args: [] }
    : { ...to, functionName: "withdrawTo", args: [recipient] };
}
