import type { Address } from "viem";
import type { Chain } from "../protocol/index.ts";
import type { JobView } from "./view.ts";
import type { Sending } from "./sending.ts";

/** What a party sees before each block: the chain, and its job on it. */
export interface Look {
  readonly chain: Chain;
  /** The party's job. */
  readonly job: JobView;
  /** Another job of the run. */
  readonly jobOf: (id: bigint) => JobView;
}

/**
 * One account's part of a run. He decides from what the chain says and keeps nothing that a reorganisation could make false, so
 * whoever vanishes and comes back goes on where the chain is.
 */
export interface Party {
  readonly account: Address;
  /** The job he cares about. */
  readonly jobId: bigint;
  /** What he sends into the next block. */
  act(look: Look): Promise<readonly Sending[]>;
  /** Times at which he has something to do though nothing happened. UNITS: seconds since the epoch. */
  wakes(look: Look): readonly number[];
  /** Segments that he executed so far, each of which costs `segmentCost`. */
  readonly executed: number;
}
