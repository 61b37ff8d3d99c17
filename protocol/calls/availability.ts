import type { Hex } from "viem";
import { availabilityAbi as abi } from "../abi/availability.ts";
import type { Deployment } from "../deployment.ts";
import type { Call } from "./call.ts";

/** Calls of Availability; what each does and when it reverts: contracts/interfaces/IAvailability.sol. */
function call(deployment: Deployment, functionName: string, ...args: readonly unknown[]): Call {
  return { address: deployment.availability, abi, functionName, args };
}

/** A chunk of the state of a checkpoint. */
export interface ChunkPlace {
  readonly checkpoint: number;
  /** The checkpoint's state as it is committed. */
  readonly stateRoot: Hex;
  /** The program's header, 32 bytes, and the root of its records. */
  readonly header: Hex;
  readonly recordTree: Hex;
  /** Place of the tensor among the program's states. */
  readonly tensor: number;
  /** Place of the chunk of 256 words in the tensor. */
  readonly chunk: number;
}

/** Takes the price of an answer: approve it first. */
export function demandChunk(deployment: Deployment, jobId: bigint, place: ChunkPlace): Call {
  const { checkpoint, stateRoot, header, recordTree, tensor, chunk } = place;
  return call(deployment, "demand", jobId, checkpoint, stateRoot, header, recordTree, tensor, chunk);
}

/** What answers a demand; `chunk` and `chunkProof` are empty where the tensor has no such chunk. */
export interface ChunkAnswer {
  readonly words: number;
  /** The code: f32 = 1, i32 = 2. */
  readonly dtype: number;
  readonly chunkTree: Hex;
  readonly tensorProof: readonly Hex[];
  readonly chunk: Hex;
  readonly chunkProof: readonly Hex[];
}
export function answerDemand(deployment: Deployment, demandId: bigint, answer: ChunkAnswer): Call {
  const { words, dtype, chunkTree, tensorProof, chunk, chunkProof } = answer;
  return call(deployment, "answer", demandId, words, dtype, chunkTree, tensorProof, chunk, chunkProof);
}

/** Convicts the job of a demand that was not answered in time. */
export function forfeitDemand(deployment: Deployment, demandId: bigint): Call {
  return call(deployment, "forfeit", demandId);
}

/** Takes back what was paid for a demand of a job that something else convicted. */
export function voidDemand(deployment: Deployment, demandId: bigint): Call {
  return call(deployment, "voidDemand", demandId);
}
