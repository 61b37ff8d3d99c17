import type { Hex } from "viem";
import { DefectError, depthOf, fromHex, MerkleTree, readU32, rootFromNodes, toHex } from "../common/index.ts";
import { expectedMove, type Claim, type Game, type Move } from "./game.ts";

/** Levels that one reveal goes down at most. SPEC: spec/game.md, Descents. */
export const revealLevels = 6;

const zeroHash: Hex = `0x${"00".repeat(32)}`;
const chunkWords = 256;

/** The state of a game on a claim before any move. SPEC: spec/game.md. */
export function openingGame(claim: Claim): Game {
  const leaves = Math.ceil(claim.steps / claim.grid);
  return {
    phase: claim.steps === 1 ? "TraceReveal" : leaves === 1 ? "CellReveal" : "GridReveal",
    moves: 0,
    firstStep: claim.firstStep,
    steps: claim.steps,
    from: claim.startRoot,
    to: claim.endRoot,
    left: zeroHash,
    node: leaves === 1 ? zeroHash : claim.segmentRoot,
    levels: 0,
    index: 0,
    leaves: 0,
    side: null,
    leftLeaves: 0,
    rightLeaves: 0,
    operator: 0,
    words: 0,
    dtype: 0,
  };
}

type MoveOf<T extends Move["type"]> = Extract<Move, { type: T }>;

function afterPickStep(game: Game, move: MoveOf<"pickStep">, grid: number): Partial<Game> {
  const spacing = game.phase === "GridPick" ? grid : 1;
  const steps = Math.min(spacing, game.steps - move.index * spacing);
  return {
    phase: steps === 1 ? "TraceReveal" : "CellReveal",
    firstStep: game.firstStep + move.index * spacing,
    steps,
    from: move.index === 0 ? game.from : move.before,
    to: move.at,
    node: zeroHash,
  };
}

function afterPickSide(game: Game, move: MoveOf<"pickSide">): Partial<Game> {
  const leaves = move.right ? game.rightLeaves : game.leftLeaves;
  const levels = depthOf(leaves);
  return {
    phase: levels === 0 ? "TensorReveal" : "OperatorReveal",
    side: move.right ? "right" : "left",
    node: move.right ? game.to : game.left,
    leaves,
    levels,
    index: 0,
    operator: levels === 0 && move.right ? game.leftLeaves : 0,
  };
}

function afterPickNode(game: Game, move: MoveOf<"pickNode">): Partial<Game> {
  const down = Math.min(revealLevels, game.levels);
  const levels = game.levels - down;
  const index = game.index * 2 ** down + move.index;
  const place = { node: move.node, levels, index };
  if (game.phase === "ChunkPick") return { ...place, phase: levels === 0 ? "ChunkReveal" : "ChunksReveal" };
  if (levels > 0) return { ...place, phase: "OperatorReveal" };
  return { ...place, phase: "TensorReveal", operator: game.side === "right" ? game.leftLeaves + index : index };
}

function afterOpenTensor(move: MoveOf<"openTensor">): Partial<Game> {
  const leaves = Math.ceil(move.words / chunkWords);
  const levels = depthOf(leaves);
  const down = Math.min(revealLevels, levels);
  const root = rootFromNodes(move.nodes.map(fromHex), down, levels - down);
  if (root === null) throw new DefectError("bad-move", "A tensor was opened with the wrong number of nodes.", { move });
  const phase = levels === 0 ? "ChunkReveal" : "ChunkPick";
  return { phase, node: toHex(root), leaves, levels, index: 0, words: move.words, dtype: move.dtype };
}

function changes(game: Game, move: Move, grid: number): Partial<Game> {
  switch (move.type) {
    case "revealSteps":
      if (game.phase === "GridReveal") return { phase: "GridPick" };
      return { phase: "CellPick", node: toHex(new MerkleTree(move.roots.map(fromHex)).root) };
    case "pickStep":
      return afterPickStep(game, move, grid);
    case "revealTrace": {
      const header = fromHex(move.header);
      const rightLeaves = readU32(header, 4);
      return { phase: "SidePick", left: move.left, rightLeaves, leftLeaves: readU32(header, 16) - rightLeaves };
    }
    case "pickSide":
      return afterPickSide(game, move);
    case "revealNodes":
      return { phase: game.phase === "OperatorReveal" ? "OperatorPick" : "ChunkPick" };
    case "pickNode":
      return afterPickNode(game, move);
    case "openTensor":
      return afterOpenTensor(move);
    case "revealChunk":
      return { phase: "Judgement" };
    case "judge":
      return {};
  }
}

/**
 * The game after a move that the contract accepted: the table of spec/game.md as a function. Nothing is proved here, and a
 * judgement leaves the phase as it is, since its verdict is the arbiter's.
 *
 * @param grid of the claim, in steps
 * @throws DefectError `wrong-move` when the phase waits for another kind of move
 */
export function applyMove(game: Game, move: Move, grid: number): Game {
  if (expectedMove[game.phase]?.type !== move.type) {
    const facts = { phase: game.phase, move: move.type };
    throw new DefectError("wrong-move", `Phase ${game.phase} does not wait for ${move.type}.`, facts);
  }
  return { ...game, moves: game.moves + 1, ...changes(game, move, grid) };
}
