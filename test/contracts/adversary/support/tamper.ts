import { fromHex, MerkleTree, toHex } from "../../../../common/index.ts";
import {
  chunkAt,
  chunkCount,
  chunkWords,
  commitTensor,
  dtypeCodes,
  gridSteps,
  hashChunk,
  tensorRoot,
  type Dtype,
  type TensorCommitment,
} from "../../../../engine/index.ts";
import {
  defenderMove,
  type ExampleSegment,
  type Player,
  type SegmentTrace,
  type StepTrace,
} from "../../../../dispute/index.ts";
import type { Hex } from "viem";
import type { Claim } from "../../../../protocol/index.ts";

/** A tensor as a thief commits to it: any bytes in its chunks, any words and dtype in its declaration. */
export interface Forged extends TensorCommitment {
  readonly chunks: readonly Uint8Array[];
}

/** Commits to chunks as they are. @param words what the root says, whatever the chunks hold */
export function forge(chunks: readonly Uint8Array[], words: number, dtype: Dtype): Forged {
  const chunkTree = new MerkleTree(chunks.map(hashChunk));
  const root = tensorRoot(words, dtypeCodes[dtype], chunkTree.root);
  // Only the length is ever asked of a defender's words.
  return { chunks, words: new Uint32Array(words), dtype, chunkTree, root };
}

/** A tensor whose word at `element`, which may lie past its end in the last chunk, is another one. */
export function withWord({ words, dtype }: TensorCommitment, element: number, word: number): Forged {
  const chunks = Array.from({ length: chunkCount(words.length) }, (_, index) => chunkAt(words, index));
  const chunk = chunks[Math.floor(element / chunkWords)]!;
  new DataView(chunk.buffer).setUint32((element % chunkWords) * 4, word, true);
  return forge(chunks, words.length, dtype);
}

/** The same words under another declaration: longer ones are padded, shorter ones cut. */
export function declaredAs({ words }: TensorCommitment, count: number, dtype: Dtype): Forged {
  const copy = new Uint32Array(count);
  copy.set(words.subarray(0, count));
  const honest = commitTensor(copy, dtype);
  return { ...honest, chunks: Array.from({ length: chunkCount(count) }, (_, index) => chunkAt(copy, index)) };
}

/** What a thief claims and how he defends it. */
export interface Lie {
  readonly claim: Claim;
  readonly defender: Player;
}

/** A claim whose last step ends with other outputs than the program gives. @param forged by operator */
export function lieAbout(example: ExampleSegment, forged: ReadonlyMap<number, Forged>): Lie {
  return liesAbout(example, new Map([[example.subject.claim.steps - 1, forged]]));
}

/**
 * A claim some of whose steps end with other outputs than the program gives. Nothing follows from them: every other output
 * and state is that of the honest execution. @param forged by step from the segment's first, then by operator
 */
export function liesAbout(
  example: ExampleSegment,
  forged: ReadonlyMap<number, ReadonlyMap<number, Forged>>,
): Lie & { readonly roots: readonly Hex[] } {
  const { honest, subject } = example;
  const { firstStep, steps, grid } = subject.claim;
  const forgedSteps = new Map(
    [...forged].map(([offset, tensors]) => [offset, forgeStep(honest.step(offset), tensors)]),
  );
  const stateRoots = honest.roots.map((root, after) => {
    const lie = forgedSteps.get(after - 1);
    return lie === undefined ? root : toHex(lie.stateRoot);
  });
  const segment = new MerkleTree(gridSteps(steps, grid).map((after) => fromHex(stateRoots[after]!)));
  const trace = {
    subject,
    roots: stateRoots,
    segment,
    step: (offset: number) => forgedSteps.get(offset) ?? honest.step(offset),
  } as unknown as SegmentTrace;
  const claim = example.claimOf(trace);
  const defender: Player = (game) => {
    const tensor = forged.get(game.firstStep - firstStep)?.get(game.operator);
    if (game.phase !== "ChunkReveal" || tensor === undefined) return defenderMove(game, trace);
    return { type: "revealChunk", chunk: toHex(tensor.chunks[game.index]!) };
  };
  return { claim, defender, roots: stateRoots };
}

function forgeStep(step: StepTrace, forged: ReadonlyMap<number, Forged>): StepTrace {
  const split = step.left.leafCount;
  const treeOver = (honest: MerkleTree, first: number) =>
    new MerkleTree(
      Array.from({ length: honest.leafCount }, (_, leaf) => forged.get(first + leaf)?.root ?? honest.node(0, leaf)),
    );
  const [left, right] = [treeOver(step.left, 0), treeOver(step.right, split)];
  const output = (operator: number) => forged.get(operator) ?? step.output(operator);
  return { ...step, output, left, right, stateRoot: right.root };
}
