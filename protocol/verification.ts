import { encodeAbiParameters, keccak256, zeroHash, type Address, type Hex } from "viem";

/** How a seat ended, in the order of the contract's enum. SPEC: spec/verification.md, Outcomes. */
export const outcomes = [
  "None",
  "Right",
  "Obeyed",
  "Challenged",
  "Void",
  "Wrong",
  "Disobeyed",
  "Missing",
  "Hidden",
  "Unchallenged",
] as const;
export type SeatOutcome = (typeof outcomes)[number];

/** Outcomes that earn the fee, and those that cost the seat's stake. */
export const paidOutcomes: readonly SeatOutcome[] = ["Right", "Obeyed"];
export const burnedOutcomes: readonly SeatOutcome[] = ["Wrong", "Disobeyed", "Missing", "Hidden", "Unchallenged"];

/** A verifier's seat on a drawn segment. */
export interface Seat {
  /** Zero where he has none. */
  readonly seal: Hex;
  readonly attested: boolean;
  readonly revealed: boolean;
  /** Whether the secret told to attest wrongly; valid once revealed. */
  readonly forced: boolean;
  readonly accusations: number;
  readonly catches: number;
  readonly outcome: SeatOutcome;
  /** UNITS: the token's smallest. */
  readonly jackpot: bigint;
  /** What was attested; zero for failure. */
  readonly root: Hex;
  readonly truthHash: Hex;
  readonly truth: Hex;
}

/** Hash of the truth and a salt. */
export function truthHashOf(truth: Hex, salt: Hex): Hex {
  return keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "bytes32" }], [truth, salt]));
}

/** What a verifier seals. @param root what he will attest */
export function sealOf(jobId: bigint, k: number, verifier: Address, root: Hex, truthHash: Hex): Hex {
  const shape = ["uint64", "uint16", "address", "bytes32", "bytes32"].map((type) => ({ type }));
  return keccak256(encodeAbiParameters(shape, [jobId, k, verifier, root, truthHash]));
}

/** What an accuser seals. */
export function accusationSealOf(
  jobId: bigint,
  k: number,
  verifier: Address,
  accuser: Address,
  truth: Hex,
  salt: Hex,
): Hex {
  const shape = ["uint64", "uint16", "address", "address", "bytes32", "bytes32"].map((type) => ({ type }));
  return keccak256(encodeAbiParameters(shape, [jobId, k, verifier, accuser, truth, salt]));
}

/** What the outcome of a seat depends on. */
export interface SeatFacts extends Pick<Seat, "attested" | "revealed" | "forced" | "root" | "truth"> {
  readonly k: number;
  /** The checkpoint that fell, if the job is convicted. */
  readonly convicted: number | undefined;
  /** The opened state, the end of a segment without a drawn one; undefined while it is not opened. */
  readonly state: Hex | undefined;
  /** Whether the verifier opened a game on the segment. */
  readonly challenged: boolean;
}

/** Rows of the table of outcomes: the first that fits. SPEC: spec/verification.md, Outcomes. */
const table: readonly (readonly [fits: (seat: SeatFacts) => boolean, outcome: SeatOutcome])[] = [
  [({ convicted, k }) => convicted !== undefined && k >= convicted, "Void"],
  [({ convicted, attested, revealed, state }) => convicted !== undefined && !(attested && revealed && state), "Void"],
  [({ attested }) => !attested, "Missing"],
  [({ revealed }) => !revealed, "Hidden"],
  [({ state }) => state === undefined, "Void"],
  [({ forced, root, state }) => forced && (root === state || root === zeroHash), "Disobeyed"],
  [({ forced, truth, state }) => forced && truth === state, "Obeyed"],
  [({ forced, truth, challenged }) => forced && truth === zeroHash && challenged, "Challenged"],
  [({ forced }) => forced, "Wrong"],
  [({ root, state }) => root === state, "Right"],
  [({ root }) => root !== zeroHash, "Wrong"],
  [({ challenged }) => challenged, "Challenged"],
  [() => true, "Unchallenged"],
];

/** How the seat of a finished job ends. Pure. */
export function outcomeOf(seat: SeatFacts): SeatOutcome {
  return table.find(([fits]) => fits(seat))![1];
}
