import type { Hex } from "viem";
import {
  depthOf,
  empty,
  fromHex,
  MerkleTree,
  OperatorError,
  provesRange,
  realNodes,
  rootFromNodes,
  toHex,
} from "../common/index.ts";
import { chunkCount, hashChunk, limits, maxWords, programRoot, tensorRoot } from "../engine/index.ts";
import { applyMove, expectedMove, revealLevels, type Claim, type Game, type Move } from "../protocol/index.ts";
import { headerCounts } from "./evidence.ts";
import { judge, type Judgement } from "./judge.ts";
import { joins } from "./revealed-tree.ts";

type MoveOf<T extends Move["type"]> = Extract<Move, { type: T }>;

/**
 * The contract's rules, in memory: checks one move and answers the game after it. The naive twin of `Pinpoint`, without
 * clocks and money; test/contracts compares the two move by move.
 *
 * @throws OperatorError `illegal-move` where the contract reverts
 */
export function playMove(game: Game, claim: Claim, move: Move): { game: Game; judgement?: Judgement } {
  const expected = expectedMove[game.phase];
  if (expected?.type !== move.type) illegal(game, move, `phase ${game.phase} waits for ${expected?.type ?? "nothing"}`);
  if (move.type === "judge") {
    const judgement = judge(game, claim, move.evidence);
    const phase = judgement.verdict === "DefenderWrong" ? "ChallengerWon" : "DefenderWon";
    return { game: { ...applyMove(game, move, claim.grid), phase }, judgement };
  }
  check(game, claim, move);
  return { game: applyMove(game, move, claim.grid) };
}

function check(game: Game, claim: Claim, move: Exclude<Move, { type: "judge" }>): void {
  switch (move.type) {
    case "revealSteps":
      return checkSteps(game, claim, move);
    case "pickStep":
      return checkPickStep(game, claim, move);
    case "revealTrace":
      return checkTrace(game, claim, move);
    case "pickSide":
      if ((move.right ? game.rightLeaves : game.leftLeaves) === 0) illegal(game, move, "this side has no leaves");
      return;
    case "revealNodes":
      return checkNodes(game, move);
    case "pickNode":
      return checkPickNode(game, move);
    case "openTensor":
      return checkTensor(game, move);
    case "revealChunk": {
      const chunk = fromHex(move.chunk);
      if (chunk.length !== 1024) illegal(game, move, `a chunk has 1024 bytes, ${chunk.length} came`);
      if (toHex(hashChunk(chunk)) !== game.node) illegal(game, move, "the chunk does not hash to the node");
    }
  }
}

function checkSteps(game: Game, claim: Claim, move: MoveOf<"revealSteps">): void {
  const grid = game.phase === "GridReveal";
  const count = Math.ceil(game.steps / (grid ? claim.grid : 1));
  if (move.roots.length !== count) illegal(game, move, `${count} roots are expected, ${move.roots.length} came`);
  if (move.roots[count - 1] !== game.to) illegal(game, move, "the last root is not the disputed end");
  const root = toHex(new MerkleTree(move.roots.map(fromHex)).root);
  if (grid && root !== game.node) illegal(game, move, "the roots do not open the segment root");
}

function checkPickStep(game: Game, claim: Claim, move: MoveOf<"pickStep">): void {
  const count = Math.ceil(game.steps / (game.phase === "GridPick" ? claim.grid : 1));
  if (move.index >= count) illegal(game, move, `index ${move.index} of ${count}`);
  if (move.index === 0 && move.before !== game.from) illegal(game, move, "the root before is not the agreed one");
  const picked = move.index === 0 ? [move.at] : [move.before, move.at];
  const first = Math.max(0, move.index - 1);
  if (!provesRange(fromHex(game.node), picked.map(fromHex), first, depthOf(count), move.proof.map(fromHex)))
    illegal(game, move, "the picked root and the one before are not those revealed");
}

function checkTrace(game: Game, claim: Claim, move: MoveOf<"revealTrace">): void {
  const header = fromHex(move.header);
  const { operators, states } = headerCounts(header);
  if (toHex(programRoot(header, fromHex(move.recordTree))) !== claim.programRoot)
    illegal(game, move, "header and record tree do not hash to the program root");
  if (operators > limits.operators || states < 1 || states > Math.min(limits.states, operators))
    illegal(game, move, "the header's counts are out of range");
  if (operators === states && move.left !== toHex(empty(0))) illegal(game, move, "a side without leaves is EMPTY");
}

/** Number of real nodes `levels` levels below the node in dispute. */
function countBelow(game: Game, levels: number): number {
  return Math.min(2 ** levels, realNodes(game.leaves, game.levels - levels) - game.index * 2 ** levels);
}

/** Root of the real nodes of a reveal below the node in dispute, filled up with EMPTY. */
function rootOfReveal(game: Game, move: Move, nodes: readonly Hex[]): Hex {
  const levels = Math.min(revealLevels, game.levels);
  const count = countBelow(game, levels);
  if (nodes.length !== count) illegal(game, move, `${count} nodes are expected, ${nodes.length} came`);
  const root = rootFromNodes(nodes.map(fromHex), levels, game.levels - levels);
  return root === null ? illegal(game, move, "no nodes came") : toHex(root);
}

function checkNodes(game: Game, move: MoveOf<"revealNodes">): void {
  if (rootOfReveal(game, move, move.nodes) !== game.node)
    illegal(game, move, "the nodes do not hash to the node in dispute");
}

function checkPickNode(game: Game, move: MoveOf<"pickNode">): void {
  const levels = Math.min(revealLevels, game.levels);
  const count = countBelow(game, levels);
  if (move.index >= count) illegal(game, move, `index ${move.index} of ${count}`);
  if (move.proof.length !== levels || !joins(move.node, move.index, move.proof, game.node))
    illegal(game, move, "the node is not one revealed");
}

function checkTensor(game: Game, move: MoveOf<"openTensor">): void {
  if (move.words < 1 || move.words >= maxWords || move.dtype < 1 || move.dtype > 2)
    illegal(game, move, "there is no tensor of such words and dtype");
  const leaves = chunkCount(move.words);
  const chunkTree = rootOfReveal({ ...game, leaves, levels: depthOf(leaves), index: 0 }, move, move.nodes);
  if (toHex(tensorRoot(move.words, move.dtype, fromHex(chunkTree))) !== game.node)
    illegal(game, move, "words, dtype and nodes do not hash to the tensor root");
}

function illegal(game: Game, move: Move, reason: string): never {
  const facts = { phase: game.phase, reason };
  throw new OperatorError("illegal-move", `Move ${game.moves} (${move.type}) is refused: ${reason}.`, facts);
}
