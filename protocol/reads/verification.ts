import { zeroHash, type Address, type Hex } from "viem";
import { OperatorError } from "../../common/index.ts";
import { jobMarketAbi } from "../abi/jobMarket.ts";
import { prevrandaoBeaconAbi } from "../abi/prevrandaoBeacon.ts";
import { verificationAbi as abi } from "../abi/verification.ts";
import { recordWord } from "../calls/verification.ts";
import type { Call } from "../calls/call.ts";
import type { Chain } from "../chain.ts";
import type { DrawTerms } from "../draw.ts";
import { explained } from "../explain-error.ts";
import { readHeader } from "../header.ts";
import { statuses, type Job, type Status } from "../job.ts";
import { outcomes, type Seat } from "../verification.ts";
import { read, type At } from "./read.ts";

const verification = ({ deployment }: Chain) => ({ address: deployment.verification, abi });
const beacon = ({ deployment }: Chain) => ({ address: deployment.beacon, abi: prevrandaoBeaconAbi });

/** What of a job rules its verification. UNITS: times in seconds since the epoch, amounts in the token's smallest. */
export interface Sampling extends DrawTerms {
  readonly status: Status;
  readonly solver: Address;
  readonly convictedCheckpoint: number;
  readonly drawBlock: bigint;
  readonly snapshotAt: bigint;
  readonly closedAt: bigint;
  /** UNITS: seconds. */
  readonly window: number;
  readonly attestors: number;
  readonly attestationFee: bigint;
  readonly verifierStake: bigint;
  readonly jackpotFee: bigint;
}

/** Errors: OperatorError `reverted-unknown-job`. */
export async function readSampling(chain: Chain, jobId: bigint, at?: At): Promise<Sampling> {
  const market = { address: chain.deployment.jobMarket, abi: jobMarketAbi };
  const sampling = await read(chain, market, "samplingTerms", [jobId], at);
  return { ...sampling, status: statuses[sampling.status] ?? "None" };
}

/** The beacon's word of a target block; undefined while it is not known. */
export async function readWord(chain: Chain, target: bigint, at?: At): Promise<Hex | undefined> {
  const word = await read(chain, beacon(chain), "wordOf", [target], at);
  return word === zeroHash ? undefined : word;
}

/**
 * The call that makes the word of a target block known; undefined while the block that answers is not there, and where the
 * beacon needs no such call.
 * @param head number of the newest block
 */
export async function wordCall(chain: Chain, target: bigint, head: bigint): Promise<Call | undefined> {
  if (head <= target) return undefined;
  const answering = await read(chain, beacon(chain), "answeringBlock", [target]).catch((error: unknown) => {
    // A beacon of rounds has no block that answers: its word is there once a round's secrets are revealed.
    if (error instanceof OperatorError) return undefined;
    throw error;
  });
  if (answering === undefined) return undefined;
  return recordWord(chain.deployment, target, await readHeader(chain, answering));
}

/** Stake in the draws. UNITS: the token's smallest; seconds since the epoch. */
export interface EnrolledStake {
  readonly enrolled: bigint;
  readonly reserved: bigint;
  readonly secretsRoot: Hex;
  readonly secretsAt: bigint;
}

export function readVerifier(chain: Chain, account: Address, at?: At): Promise<EnrolledStake> {
  return read(chain, verification(chain), "verifier", [account], at);
}

/** What a verifier and all together had enrolled at a time. UNITS: seconds since the epoch. */
export async function readWeights(chain: Chain, account: Address, time: bigint, at?: At) {
  const [weight, total] = await read(chain, verification(chain), "weightAt", [account, time], at);
  return { weight, total };
}

/** A verifier's seat; its seal is zero where he has none. */
export async function readSeat(chain: Chain, jobId: bigint, k: number, account: Address, at?: At): Promise<Seat> {
  const seat = await read(chain, verification(chain), "seat", [jobId, k, account], at);
  return { ...seat, outcome: outcomes[seat.outcome] ?? "None" };
}

/** The opened state of segment k, the end of one without a drawn state; undefined while it is not opened. */
export async function readOpenedState(chain: Chain, jobId: bigint, k: number, at?: At): Promise<Hex | undefined> {
  const root = await read(chain, verification(chain), "openedState", [jobId, k], at);
  return root === zeroHash ? undefined : root;
}

/** Seats of a job that were attested. */
export function readAttestedSeats(chain: Chain, jobId: bigint, at?: At): Promise<bigint> {
  return read(chain, verification(chain), "attestedSeats", [jobId], at);
}

/** Seats taken on segment k. */
export function readSeatsTaken(chain: Chain, jobId: bigint, k: number, at?: At): Promise<bigint> {
  return read(chain, verification(chain), "seatsTaken", [jobId, k], at);
}

/** What somebody attested of a segment. */
export interface Attestation {
  readonly k: number;
  readonly verifier: Address;
  readonly root: Hex;
}

/** What was attested of a closing job, by all. */
export async function readAttestations(chain: Chain, job: Pick<Job, "id" | "drawBlock">): Promise<Attestation[]> {
  const args = { jobId: job.id };
  const filter = {
    ...verification(chain),
    eventName: "Attested",
    args,
    fromBlock: job.drawBlock,
    strict: true,
  } as const;
  const logs = await explained(chain.client.getContractEvents(filter));
  return logs.map(({ args: { k, verifier, root } }) => ({ k, verifier, root }));
}
