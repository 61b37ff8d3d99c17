import type { Hex } from "viem";
import { jobMarketAbi as abi } from "../abi/jobMarket.ts";
import { modelRegistryAbi } from "../abi/modelRegistry.ts";
import type { Deployment } from "../deployment.ts";
import { orderCode, type Terms } from "../job.ts";
import type { Call } from "./call.ts";

/** Calls of JobMarket; what each does and when it reverts: contracts/interfaces/IJobMarket.sol. */
function call(deployment: Deployment, functionName: string, ...args: readonly unknown[]): Call {
  return { address: deployment.jobMarket, abi, functionName, args };
}

/** Takes the escrow: approve it first. */
export function submitJob(deployment: Deployment, terms: Terms): Call {
  return call(deployment, "submit", { ...terms, order: orderCode(terms.order) });
}
export function cancelJob(deployment: Deployment, jobId: bigint): Call {
  return call(deployment, "cancel", jobId);
}
/** @param termsHash of the terms meant, from `readJob` @param uri where checkpoints are served */
export function acceptJob(deployment: Deployment, jobId: bigint, termsHash: Hex, uri: string): Call {
  return call(deployment, "accept", jobId, termsHash, uri);
}
/** @param termsHash of the terms that were trained by, from `readJob` */
export function commitCheckpoint(
  deployment: Deployment,
  jobId: bigint,
  termsHash: Hex,
  k: number,
  stateRoot: Hex,
  segmentRoot: Hex,
): Call {
  return call(deployment, "commit", jobId, termsHash, k, stateRoot, segmentRoot);
}
/** Ends a running job early: its solver may commit for `terms.extension` seconds more, then `expireJob` opens the window. */
export function endJob(deployment: Deployment, jobId: bigint): Call {
  return call(deployment, "end", jobId);
}
export function expireJob(deployment: Deployment, jobId: bigint): Call {
  return call(deployment, "expire", jobId);
}
export function settleJob(deployment: Deployment, jobId: bigint): Call {
  return call(deployment, "settle", jobId);
}
/** Registers a settled job's last state as a model. */
export function registerModel(deployment: Deployment, jobId: bigint): Call {
  return { address: deployment.modelRegistry, abi: modelRegistryAbi, functionName: "register", args: [jobId] };
}
