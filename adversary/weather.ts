import type { Address } from "viem";
import type { Chain } from "../protocol/index.ts";
import type { Sending } from "./sending.ts";
import type { JobView } from "./view.ts";

/** A run that may be taken back to where it was. */
export interface Branch {
  readonly chain: Chain;
  /** The run's first job. */
  readonly job: JobView;
  /** @returns what takes the run back to now, and lets the first block of the other branch come so many seconds later */
  fork(): Promise<(later: number) => Promise<void>>;
}

/** What comes between parties and the chain. */
export interface Weather {
  /** Whether a party is there. UNITS: seconds since the epoch. */
  awake(account: Address, now: number): boolean;
  /** What of all that was sent reaches the block to come, and in which order. */
  deliver(sendings: readonly Sending[], now: number): readonly Sending[];
  /** Before a block is mined, and after; after the empty blocks until the one that draws. */
  before(run: Branch): Promise<void>;
  after(run: Branch): Promise<void>;
  passed(run: Branch): Promise<void>;
  /** Times at which somebody returns, or something arrives. */
  wakes(now: number): readonly number[];
}

/** Nobody vanishes, everything arrives at once. */
export const calm: Weather = {
  awake: () => true,
  deliver: (sendings) => sendings,
  before: async () => undefined,
  after: async () => undefined,
  passed: async () => undefined,
  wakes: () => [],
};
