import type { Address } from "viem";
import { availabilityAbi as abi } from "../abi/availability.ts";
import type { Chain } from "../chain.ts";
import { demandStatuses, type DemandStatus } from "../codes.ts";
import { read, type At } from "./read.ts";

const availability = ({ deployment }: Chain) => ({ address: deployment.availability, abi });

/** A demand for a chunk of a committed state. */
export interface Demand {
  readonly id: bigint;
  readonly jobId: bigint;
  readonly checkpoint: number;
  /** Place of the tensor among the program's states, of which there are `tensors`. */
  readonly tensor: number;
  readonly tensors: number;
  /** Place of the chunk of 256 words in the tensor. */
  readonly chunk: number;
  /** The last second of its answer. UNITS: seconds since the epoch. */
  readonly answerBy: bigint;
  readonly status: DemandStatus;
  readonly demander: Address;
}

/** Demands made so far; their ids are 1 … count. */
export function readDemandCount(chain: Chain, at?: At): Promise<bigint> {
  return read(chain, availability(chain), "demandCount", [], at);
}

/** A demand; status None for an id not given yet. */
export async function readDemand(chain: Chain, id: bigint, at?: At): Promise<Demand> {
  const demand = await read(chain, availability(chain), "demandOf", [id], at);
  return { ...demand, id, status: demandStatuses[demand.status] ?? "None" };
}

/** What a demand of a job costs. UNITS: the token's smallest. Errors: OperatorError `reverted-unknown-job`. */
export function readDemandPrice(chain: Chain, jobId: bigint, at?: At): Promise<bigint> {
  return read(chain, availability(chain), "priceOf", [jobId], at);
}
