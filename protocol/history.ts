import { pad, parseEventLogs, toHex, type Hex, type ParseEventLogsReturnType } from "viem";
import { OperatorError } from "../common/index.ts";
import { pinpointAbi } from "./abi/pinpoint.ts";
import type { Chain } from "./chain.ts";
import { explained } from "./explain-error.ts";
import { expectedMove, type Game, type Move, type RecordedMove } from "./game.ts";
import { readGame, type GameView } from "./reads/games.ts";
import { readClaim } from "./reads/jobs.ts";
import { applyMove, openingGame } from "./transition.ts";

export type GameEvent = ParseEventLogsReturnType<typeof pinpointAbi, undefined, true>[number];

/** A move with the transaction that made it. */
export interface GameMove extends RecordedMove {
  readonly transactionHash: Hex;
  readonly blockNumber: bigint;
}

/** All that the chain tells of one game. */
export interface GameRecord {
  /** As it stands now. */
  readonly view: GameView;
  readonly moves: readonly GameMove[];
  /** After those moves, with its roots: behind `view` where the node left logs out, and where the game was judged. */
  readonly game: Game;
  /** Every event of the game in order, those of the moves among them. */
  readonly events: readonly GameEvent[];
}

const zeroHash: Hex = `0x${"00".repeat(32)}`;

/** The move that an event reports, undefined for events that are none. */
function moveOf(event: GameEvent): Exclude<Move, { type: "judge" }> | undefined {
  switch (event.eventName) {
    case "StepsRevealed":
      return { type: "revealSteps", roots: event.args.roots };
    case "StepPicked": {
      const { index, before, at } = event.args;
      return { type: "pickStep", index, before, at, proof: [] };
    }
    case "TraceRevealed":
      return { type: "revealTrace", header: "0x", recordTree: zeroHash, left: event.args.left };
    case "SidePicked":
      return { type: "pickSide", right: event.args.right };
    case "NodesRevealed":
      return { type: "revealNodes", nodes: event.args.nodes };
    case "NodePicked":
      return { type: "pickNode", index: event.args.index, node: event.args.node, proof: [] };
    case "TensorOpened": {
      const { words, dtype, nodes } = event.args;
      return { type: "openTensor", words, dtype, nodes };
    }
    case "ChunkRevealed":
      return { type: "revealChunk", chunk: event.args.chunk };
    default:
      return undefined;
  }
}

async function gameEvents(chain: Chain, gameId: bigint): Promise<GameEvent[]> {
  const { deployment, client } = chain;
  const filter = {
    address: deployment.pinpoint,
    topics: [null, pad(toHex(gameId), { size: 32 })],
    fromBlock: toHex(deployment.block),
    toBlock: "latest" as const,
  };
  const logs = await explained(client.request({ method: "eth_getLogs", params: [filter] }));
  return parseEventLogs({ abi: pinpointAbi, logs: logs as never }) as GameEvent[];
}

/** The game after a move of its record; the program's header, which no event holds, is in the game's own counts. */
function next(game: Game, move: Move, view: GameView): Game {
  if (move.type !== "revealTrace") return applyMove(game, move, view.grid);
  const { leftLeaves, rightLeaves } = view.game;
  return { ...game, moves: game.moves + 1, phase: "SidePick", left: move.left, leftLeaves, rightLeaves };
}

/**
 * A game from its events. What the events do not hold is empty: the header and record tree of `revealTrace` and the
 * proofs of picks. The judgement is among the events only.
 * Errors: OperatorError `no-game`; those of `explainError`.
 */
export async function gameRecord(chain: Chain, gameId: bigint): Promise<GameRecord> {
  const [view, events] = await Promise.all([readGame(chain, gameId), gameEvents(chain, gameId)]);
  if (view.game.phase === "None") throw new OperatorError("no-game", `There is no game ${gameId}.`, { gameId });
  let game = openingGame(await readClaim(chain, view.jobId, view.checkpoint));
  const moves: GameMove[] = [];
  for (const event of events) {
    const move = moveOf(event);
    const expected = expectedMove[game.phase];
    if (move === undefined || expected === null) continue;
    const { transactionHash, blockNumber } = event;
    moves.push({ side: expected.side, before: game, move, transactionHash, blockNumber: BigInt(blockNumber) });
    game = next(game, move, view);
  }
  return { view, moves, game, events };
}
