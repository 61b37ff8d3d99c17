import type { Hex } from "viem";
import { pinpointAbi as abi } from "../abi/pinpoint.ts";
import type { Deployment } from "../deployment.ts";
import type { Game, Move } from "../game.ts";
import { positionOf, rootsOf } from "../position.ts";
import type { Call } from "./call.ts";

/** Calls of Pinpoint; what each does and when it reverts: contracts/interfaces/IPinpoint.sol. */
function call(deployment: Deployment, functionName: string, ...args: readonly unknown[]): Call {
  return { address: deployment.pinpoint, abi, functionName, args };
}

/** Takes the bond: approve it first. @param endRoot the committed root meant @param proposedRoot the challenger's own */
export function openGame(
  deployment: Deployment,
  jobId: bigint,
  checkpoint: number,
  endRoot: Hex,
  proposedRoot: Hex,
): Call {
  return call(deployment, "open", jobId, checkpoint, endRoot, proposedRoot);
}

/** What a move says, in the order of the contract's parameters after game, position and roots. */
function moveArgs(move: Move): readonly unknown[] {
  switch (move.type) {
    case "revealSteps":
      return [move.roots];
    case "pickStep":
      return [move.index, move.before, move.at, move.proof];
    case "revealTrace":
      return [move.header, move.recordTree, move.left];
    case "pickSide":
      return [move.right];
    case "revealNodes":
      return [move.nodes];
    case "pickNode":
      return [move.index, move.node, move.proof];
    case "openTensor":
      return [move.words, move.dtype, move.nodes];
    case "revealChunk":
      return [move.chunk];
    case "judge":
      return [move.evidence];
  }
}

/** @param game the one that the move was chosen for, as it then stood: the move names its position and its roots */
export function makeMove(deployment: Deployment, gameId: bigint, jobId: bigint, game: Game, move: Move): Call {
  const position = positionOf(deployment, gameId, jobId, game);
  return call(deployment, move.type, gameId, position, rootsOf(game), ...moveArgs(move));
}
export function timeoutGame(deployment: Deployment, gameId: bigint): Call {
  return call(deployment, "timeout", gameId);
}
/** Ends a game of a job that another game convicted. */
export function reclaimGame(deployment: Deployment, gameId: bigint): Call {
  return call(deployment, "reclaim", gameId);
}
