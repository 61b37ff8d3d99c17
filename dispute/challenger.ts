import type { Hex } from "viem";
import { DefectError, fromHex, MerkleTree, toHex, wordsOf } from "../common/index.ts";
import { chunkAt, chunkWords } from "../engine/index.ts";
import { revealLevels, type Game, type Move, type RecordedMove } from "../protocol/index.ts";
import { sideTree } from "./defender.ts";
import { buildEvidence } from "./evidence.ts";
import { rowsAbove, siblingsInRows } from "./revealed-tree.ts";
import type { ExecutedSegment } from "./segment-trace.ts";

/** Where a challenger points when he sees no difference: the hostile challenger of the tests. */
export interface Aim {
  /** Absolute step. */
  readonly step: number;
  readonly operator: number;
  /** Flat index of the element. */
  readonly element: number;
}

/**
 * The challenger's next move: he points at the first node that differs from his own execution; where none does, along `aim`
 * (by default at the last). Pure: the same game, history and trace give the same move. SPEC: spec/game.md.
 *
 * @param history the game's moves so far, oldest first
 * @throws DefectError `no-move` when the phase waits for nobody or for the defender; `no-reveal` when the reveal is missing
 */
export function challengerMove(game: Game, history: readonly RecordedMove[], trace: ExecutedSegment, aim?: Aim): Move {
  const { claim } = trace.subject;
  const offset = game.firstStep - claim.firstStep;
  switch (game.phase) {
    case "GridPick":
    case "CellPick": {
      const spacing = game.phase === "GridPick" ? claim.grid : 1;
      return pickStep(game, lastReveal(history, "revealSteps").roots, trace, spacing, aim);
    }
    case "SidePick": {
      const step = trace.step(offset);
      const leftDiffers = game.left !== toHex(step.left.root);
      const aimedLeft = aim !== undefined && game.to === trace.roots[offset + 1] && aim.operator < game.leftLeaves;
      return { type: "pickSide", right: !leftDiffers && !(aimedLeft && game.leftLeaves > 0) };
    }
    case "OperatorPick": {
      const tree = sideTree(game, trace.step(offset));
      const firstOperator = game.side === "right" ? game.leftLeaves : 0;
      return pickNode(game, history, tree, aim && aim.operator - firstOperator);
    }
    case "ChunkPick": {
      const { chunkTree } = trace.step(offset).output(game.operator);
      return pickNode(game, history, chunkTree, aim && Math.floor(aim.element / chunkWords));
    }
    case "Judgement": {
      const { chunk } = lastReveal(history, "revealChunk");
      const word = pickWord(game, chunk, trace.step(offset).output(game.operator).words, aim);
      return { type: "judge", evidence: buildEvidence(game, history, trace, chunk, word) };
    }
    default:
      throw new DefectError("no-move", `The challenger has no move in phase ${game.phase}.`, { phase: game.phase });
  }
}

function pickStep(game: Game, roots: readonly Hex[], trace: ExecutedSegment, spacing: number, aim?: Aim): Move {
  const { firstStep } = trace.subject.claim;
  const offset = game.firstStep - firstStep;
  const own = (i: number): Hex => trace.roots[Math.min(offset + (i + 1) * spacing, offset + game.steps)];
  const aimed = aim ? Math.floor((aim.step - game.firstStep) / spacing) : roots.length - 1;
  const index = firstDifference(roots.length, (i) => roots[i] !== own(i), aimed);
  const tree = new MerkleTree(roots.map(fromHex));
  return {
    type: "pickStep",
    index,
    before: index > 0 ? roots[index - 1] : game.from,
    at: roots[index],
    proof: tree.proof(Math.max(0, index - 1), index).map(toHex),
  };
}

function pickNode(game: Game, history: readonly RecordedMove[], own: MerkleTree, aimedLeaf?: number): Move {
  const last = history[history.length - 1]?.move;
  if (last?.type !== "revealNodes" && last?.type !== "openTensor") throw missing("revealNodes");
  const levels = Math.min(revealLevels, game.levels);
  const height = game.levels - levels;
  const first = game.index * 2 ** levels;
  // A tensor opened with a wrong size has another tree; any element of it convicts.
  const comparable = own.leafCount === game.leaves;
  const differs = (i: number): boolean => comparable && last.nodes[i] !== toHex(own.node(height, first + i));
  const aimed = aimedLeaf === undefined ? last.nodes.length - 1 : (aimedLeaf >> height) - first;
  const index = firstDifference(last.nodes.length, differs, aimed);
  const rows = rowsAbove(last.nodes.map(fromHex), height, levels);
  return { type: "pickNode", index, node: last.nodes[index], proof: siblingsInRows(rows, index).map(toHex) };
}

function pickWord(game: Game, chunk: Hex, words: Uint32Array, aim?: Aim): number {
  const claimed = wordsOf(fromHex(chunk));
  const own = wordsOf(chunkAt(words, game.index));
  return firstDifference(chunkWords, (i) => claimed[i] !== own[i], aim ? aim.element % chunkWords : 0);
}

/** The first index that differs, else the aimed one, kept in range. */
function firstDifference(count: number, differs: (i: number) => boolean, aimed: number): number {
  for (let i = 0; i < count; i++) if (differs(i)) return i;
  return Math.max(0, Math.min(aimed, count - 1));
}

function lastReveal<T extends Move["type"]>(history: readonly RecordedMove[], type: T): Extract<Move, { type: T }> {
  const last = history[history.length - 1]?.move;
  if (last?.type !== type) throw missing(type);
  return last as Extract<Move, { type: T }>;
}

function missing(type: string): DefectError {
  return new DefectError("no-reveal", `The game's history does not end with the ${type} to answer.`, { type });
}
