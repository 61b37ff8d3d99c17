import type { Hex } from "viem";
import { sha256, toHex } from "../../../common/index.ts";
import { segmentCommitment } from "../../../engine/index.ts";
import type { Claim, Phase, Roots } from "../../../protocol/index.ts";
import { emptyEvidence } from "../support/toy.ts";

/** A program of one state that is one chunk of zeros, whatever the step: every state has the same root. */
const chunk = new Uint8Array(1_024);
const chunkHash = sha256(Uint8Array.of(1), chunk);
const u32 = (...words: number[]) => new Uint8Array(Uint32Array.from(words).buffer);
const [words, dtype] = [256, 1];
const state = sha256(Uint8Array.of(2), u32(words, dtype), chunkHash);
const header = u32(1, 1, 0, 0, 1, 1, 0, 0);
const recordTree = new Uint8Array(32);

export const stateRoot: Hex = toHex(state);
export const programRoot: Hex = toHex(sha256(Uint8Array.of(4), header, recordTree));

const statesOf = (steps: number): Uint8Array[] => Array.from({ length: steps }, () => state);

/** Header and root of the records, as a demand names the program. */
export const programParts = [toHex(header), toHex(recordTree)] as const;

/** Arguments of the answer that has the chunk at this place, of which there is one. */
export function answerOf(place: number): readonly unknown[] {
  return [words, dtype, toHex(chunkHash), [], place === 0 ? toHex(chunk) : "0x", []];
}

/** Root over the states of a segment of so many steps, and siblings of one of them. */
export const segmentRoot = (steps: number): Hex => toHex(segmentCommitment(statesOf(steps)).root);
export function segmentProof(steps: number, index: number, last = index): Hex[] {
  return segmentCommitment(statesOf(steps)).tree.proof(index, last).map(toHex);
}

/** The roots of a game whose moves were right ones. @param claim the one in dispute, as the market answers it */
export function rootsAt(phase: Phase, claim: Claim): Roots {
  const onGrid = phase === "GridReveal" || phase === "GridPick";
  const picked = !onGrid && claim.steps > 1;
  const [from, to] = picked ? [stateRoot, stateRoot] : [claim.startRoot, claim.endRoot];
  const zero = toHex(new Uint8Array(32));
  const opened = phase === "ChunkReveal" || phase === "Judgement";
  const node = onGrid ? claim.segmentRoot : phase === "TensorReveal" ? to : opened ? toHex(chunkHash) : zero;
  return { from, to, left: zero, node };
}

/** The right move of each phase, with its arguments after game, position and roots. @param steps of the segment in dispute */
export function moveOf(phase: Phase, steps: number): { readonly name: string; readonly args: readonly unknown[] } {
  const zero = toHex(new Uint8Array(32));
  const root = stateRoot;
  const moves: Partial<Record<Phase, readonly [string, ...unknown[]]>> = {
    GridReveal: ["revealSteps", statesOf(steps).map(toHex)],
    GridPick: ["pickStep", 1, root, root, steps > 1 ? segmentProof(steps, 0, 1) : []],
    TraceReveal: ["revealTrace", toHex(header), toHex(recordTree), zero],
    SidePick: ["pickSide", true],
    TensorReveal: ["openTensor", words, dtype, [toHex(chunkHash)]],
    ChunkReveal: ["revealChunk", toHex(chunk)],
    Judgement: ["judge", emptyEvidence],
  };
  const [name, ...args] = moves[phase]!;
  return { name, args };
}
