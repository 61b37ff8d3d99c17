import type { Address, Hex } from "viem";
import { prevrandaoBeaconAbi } from "../abi/prevrandaoBeacon.ts";
import { verificationAbi as abi } from "../abi/verification.ts";
import type { Deployment } from "../deployment.ts";
import type { Call } from "./call.ts";

/** Calls of Verification; what each does and when it reverts: contracts/interfaces/IVerification.sol. */
function call(deployment: Deployment, functionName: string, ...args: readonly unknown[]): Call {
  return { address: deployment.verification, abi, functionName, args };
}

/** Locks free stake for the draws. @param secretsRoot of the verifier's tree of secrets */
export function enrollVerifier(deployment: Deployment, amount: bigint, secretsRoot: Hex): Call {
  return call(deployment, "enroll", amount, secretsRoot);
}
export function resignVerifier(deployment: Deployment): Call {
  return call(deployment, "resign");
}
/** @param word that drew what was replayed @param seal from `sealOf` */
export function sealSeat(deployment: Deployment, jobId: bigint, k: number, word: Hex, seal: Hex): Call {
  return call(deployment, "seal", jobId, k, word, seal);
}
export function attestSeat(deployment: Deployment, jobId: bigint, k: number, root: Hex, truthHash: Hex): Call {
  return call(deployment, "attest", jobId, k, root, truthHash);
}
/** @param seal from `accusationSealOf` */
export function accuseSeat(deployment: Deployment, jobId: bigint, k: number, verifier: Address, seal: Hex): Call {
  return call(deployment, "accuse", jobId, k, verifier, seal);
}
export function openDrawnState(
  deployment: Deployment,
  jobId: bigint,
  k: number,
  root: Hex,
  proof: readonly Hex[],
): Call {
  return call(deployment, "openState", jobId, k, root, proof);
}

/** What a seat reveals. */
export interface SeatOpening {
  readonly truth: Hex;
  readonly salt: Hex;
  readonly secret: Hex;
  readonly proof: readonly Hex[];
}
export function revealSeat(deployment: Deployment, jobId: bigint, k: number, opening: SeatOpening): Call {
  const { truth, salt, secret, proof } = opening;
  return call(deployment, "reveal", jobId, k, truth, salt, secret, proof);
}
export function proveAccusation(
  deployment: Deployment,
  jobId: bigint,
  k: number,
  verifier: Address,
  truth: Hex,
  salt: Hex,
): Call {
  return call(deployment, "proveAccusation", jobId, k, verifier, truth, salt);
}
export function forfeitJob(deployment: Deployment, jobId: bigint, k: number): Call {
  return call(deployment, "forfeit", jobId, k);
}
export function closeSeat(deployment: Deployment, jobId: bigint, k: number, verifier: Address): Call {
  return call(deployment, "closeSeat", jobId, k, verifier);
}
export function closeAccusation(
  deployment: Deployment,
  jobId: bigint,
  k: number,
  verifier: Address,
  accuser: Address,
): Call {
  return call(deployment, "closeAccusation", jobId, k, verifier, accuser);
}
/** @param header RLP of the answering block's header, from `encodeHeader` */
export function recordWord(deployment: Deployment, target: bigint, header: Hex): Call {
  return { address: deployment.beacon, abi: prevrandaoBeaconAbi, functionName: "record", args: [target, header] };
}
