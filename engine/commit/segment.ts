import { MerkleTree } from "../../common/index.ts";

/** Numbers of steps of a segment after which its tree has a leaf: every multiple of `grid`, and the last. Both are at least 1. */
export function gridSteps(steps: number, grid: number): number[] {
  return Array.from({ length: Math.ceil(steps / grid) }, (_, leaf) => Math.min((leaf + 1) * grid, steps));
}

export interface SegmentCommitment {
  /** State roots after the steps of `gridSteps`; the last is the end state. */
  readonly stateRoots: readonly Uint8Array[];
  readonly tree: MerkleTree;
  readonly root: Uint8Array;
}

/** Commits to a segment by its state roots. SPEC: spec/commitments.md, Segment root. */
export function segmentCommitment(stateRoots: readonly Uint8Array[]): SegmentCommitment {
  const tree = new MerkleTree(stateRoots);
  return { stateRoots, tree, root: tree.root };
}
