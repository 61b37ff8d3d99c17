import { MerkleTree, toHex } from "../../../common/index.ts";
import { defenderMove, type Player, type SegmentTrace, type StepTrace } from "../../../dispute/index.ts";
import { chunkAt, chunkWords, dtypeCodes, hashChunk, tensorRoot } from "../../../engine/index.ts";
import { revealLevels, type Game, type Move } from "../../../protocol/index.ts";

/** What a defender gets wrong about one operator that produces no state; his state roots may all be right. */
export type Fault = "element" | "padding" | "words" | "dtype";

/** A tensor as the defender opens it. */
interface Opened {
  readonly words: number;
  readonly dtype: number;
  readonly chunks: readonly Uint8Array[];
  readonly tree: MerkleTree;
}

function opened(step: StepTrace, operator: number, fault: Fault, element: number): Opened {
  const { words, dtype } = step.output(operator);
  const count = Math.ceil(words.length / chunkWords);
  const chunks = Array.from({ length: count }, (_, index) => chunkAt(words, index));
  const wrong = fault === "padding" ? words.length : element;
  if (fault === "element" || fault === "padding")
    chunks[Math.floor(wrong / chunkWords)]![4 * (wrong % chunkWords) + 2]! ^= 0x40;
  const code = dtypeCodes[dtype];
  return {
    words: words.length + (fault === "words" ? 1 : 0),
    dtype: fault === "dtype" ? 3 - code : code,
    chunks,
    tree: new MerkleTree(chunks.map(hashChunk)),
  };
}

/**
 * A defender who opens one operator of the disputed step wrongly and everything else from his trace: the tree of the
 * operators that produce no state binds him to nothing before he reveals its root.
 *
 * @param element the wrong one, where the fault is `element`
 */
export function carelessDefender(trace: SegmentTrace, operator: number, fault: Fault, element: number): Player {
  const reveal = (tree: MerkleTree, { levels, index }: Game) =>
    tree.below(levels, index, Math.min(revealLevels, levels)).map(toHex);
  return (game): Move => {
    const right = defenderMove(game, trace);
    if (game.phase === "GridReveal" || game.phase === "CellReveal") return right;
    const step = trace.step(game.firstStep - trace.subject.claim.firstStep);
    const tensor = opened(step, operator, fault, element);
    const outputs = Array.from({ length: step.left.leafCount }, (_, leaf) => step.left.node(0, leaf));
    outputs[operator] = tensorRoot(tensor.words, tensor.dtype, tensor.tree.root);
    const left = new MerkleTree(outputs);
    if (game.phase === "TraceReveal") return { ...right, left: toHex(left.root) } as Move;
    if (game.side !== "left") return right;
    if (game.phase === "OperatorReveal") return { type: "revealNodes", nodes: reveal(left, game) };
    if (game.operator !== operator) return right;
    const { words, dtype, chunks, tree } = tensor;
    if (game.phase === "TensorReveal")
      return { type: "openTensor", words, dtype, nodes: reveal(tree, { ...game, levels: tree.depth, index: 0 }) };
    if (game.phase === "ChunksReveal") return { type: "revealNodes", nodes: reveal(tree, game) };
    return { type: "revealChunk", chunk: toHex(chunks[game.index]!) };
  };
}
