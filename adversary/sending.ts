import type { Address, Hex } from "viem";
import type { Call, Move } from "../protocol/index.ts";

/** A call that somebody sends. */
export interface Sending {
  readonly from: Address;
  readonly call: Call;
  /** The move that the call makes, if it is one. */
  readonly move?: { readonly gameId: bigint; readonly move: Move };
}

/** An event of the contracts. UNITS: `time` in seconds since the epoch. */
export interface Entry {
  readonly name: string;
  readonly args: EntryArgs;
  readonly time: number;
}

/** Of all events together: the contracts use one name for one thing. */
export interface EntryArgs {
  readonly jobId: bigint;
  readonly gameId: bigint;
  readonly k: number;
  readonly checkpoint: number;
  readonly verifier: Address;
  readonly accuser: Address;
  readonly account: Address;
  readonly challenger: Address;
  readonly solver: Address;
  readonly termsHash: Hex;
  readonly stateRoot: Hex;
  readonly segmentRoot: Hex;
  readonly root: Hex;
  readonly truthHash: Hex;
  readonly seal: Hex;
  readonly word: Hex;
  readonly endRoot: Hex;
  readonly target: bigint;
  readonly windowEnd: bigint;
  readonly drawBlock: bigint;
  readonly deadline: bigint;
  readonly amount: bigint;
  readonly phase: number;
  readonly outcome: number;
  readonly status: number;
  readonly forced: boolean;
}
