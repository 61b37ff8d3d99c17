import { encodeAbiParameters, keccak256, type Address, type Hex } from "viem";

/** What a beacon's word draws: the same functions as contracts/libraries/Draw.sol. SPEC: spec/verification.md, The draw. */

/** Which of the draws a hash is for. */
const tags = { segment: 1, state: 2, seat: 3, forced: 4 } as const;

/** A seat of so many is told by its secret to attest wrongly. */
export const forcedOneIn = 32n;

/** Equal parts of the window, and the first of them in which seats are no longer sealed, attested, accused, opened, proved. */
export const windowParts = 8;
const partEnds = [
  ["Seal", 3],
  ["Attest", 4],
  ["Accuse", 5],
  ["Open", 6],
  ["Prove", 7],
  ["Rest", 8],
] as const;

/** Parts of the window of a closing job, in the order of the contract's enum. */
export const parts = ["None", "Seal", "Attest", "Accuse", "Open", "Prove", "Rest"] as const;
export type Part = (typeof parts)[number];

function hash(tag: keyof typeof tags, word: Hex, jobId: bigint, ...rest: readonly (bigint | Address)[]): bigint {
  const types = rest.map((value) => ({ type: typeof value === "bigint" ? "uint256" : "address" }));
  const shape = [{ type: "uint8" }, { type: "bytes32" }, { type: "uint64" }, ...types];
  return BigInt(keccak256(encodeAbiParameters(shape, [tags[tag], word, jobId, ...rest])));
}

function ceilDiv(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b;
}

/** What of a job rules its draw. */
export interface DrawTerms {
  /** Segments that are committed. */
  readonly committed: number;
  /** Segments that are drawn of them, at most all. */
  readonly draws: number;
}

/** Whether segment k is drawn: one of each of `draws` runs of segments, as equal as can be. */
export function isSegmentDrawn(word: Hex, jobId: bigint, k: number, { committed, draws }: DrawTerms): boolean {
  if (k >= committed) return false;
  const [n, q] = [BigInt(committed), BigInt(draws)];
  const run = (BigInt(k) * q) / n;
  const first = ceilDiv(run * n, q);
  const beyond = ceilDiv((run + 1n) * n, q);
  return BigInt(k) === first + (hash("segment", word, jobId, run) % (beyond - first));
}

/**
 * Place of the drawn state of a segment among those on its grid: in the last quarter or the one before the end, never the end;
 * the end, which is public, where there is no other.
 */
export function drawnState(
  word: Hex,
  jobId: bigint,
  k: number,
  { steps, grid }: { readonly steps: number; readonly grid: number },
): { readonly index: number; readonly states: number } {
  const states = Math.ceil(steps / grid);
  if (states === 1) return { index: 0, states };
  const first = Math.min(Math.ceil((3 * states) / 4) - 1, states - 2);
  return { index: first + Number(hash("state", word, jobId, BigInt(k)) % BigInt(states - 1 - first)), states };
}

/** Stake of a verifier and of all, as it was before the job's last commitment, and seats of a segment on average. */
export interface Weights {
  readonly weight: bigint;
  readonly total: bigint;
  readonly attestors: number;
}

/** Whether the draw of segment k falls on a verifier: with probability attestors · weight / total, at most 1. */
export function isSeatDrawn(word: Hex, jobId: bigint, k: number, account: Address, weights: Weights): boolean {
  const { weight, total, attestors } = weights;
  if (weight === 0n) return false;
  const random = hash("seat", word, jobId, BigInt(k), account) >> 128n;
  return (random * total) >> 128n < weight * BigInt(attestors);
}

/** Whether a seat's secret tells to attest wrongly. */
export function isForced(word: Hex, jobId: bigint, k: number, secret: Hex): boolean {
  return hash("forced", word, jobId, BigInt(k), BigInt(secret)) % forcedOneIn === 0n;
}

/** Part of the window after so many seconds of it; None before and after. */
export function partOf(elapsed: number, window: number): Part {
  if (elapsed < 0) return "None";
  const part = Math.floor((elapsed * windowParts) / window);
  return partEnds.find(([, end]) => part < end)?.[0] ?? "None";
}

/** First second of a part of the window, from its start. */
export function partStart(part: Exclude<Part, "None">, window: number): number {
  const index = partEnds.findIndex(([name]) => name === part);
  return index === 0 ? 0 : Math.ceil((partEnds[index - 1]![1] * window) / windowParts);
}
