import { decodeFunctionData, encodeFunctionData, type Hex } from "viem";
import { fromHex, OperatorError, toHex, type Prng } from "../../../common/index.ts";
import { playGame, playMove, type Judgement, type PlayedGame, type Player } from "../../../dispute/index.ts";
import {
  makeMove,
  pinpointAbi,
  type Claim,
  type Deployment,
  type Evidence,
  type Game,
  type Move,
  type Phase,
} from "../../../protocol/index.ts";

/** A move of a script. */
export interface ScriptedMove {
  /** The phase it answers. */
  readonly phase: Phase;
  /** Calldata of the call, with zeros for the game's id and position. */
  readonly calldata: Hex;
  /** Bits of the calldata (byte · 8 + place), each of which flipped alone makes a move that is to be refused. */
  readonly flips: readonly number[];
}

/** A game on a claim from its opening to its judgement. */
export interface Script {
  readonly moves: readonly ScriptedMove[];
  readonly outcome: Phase;
  readonly judgement: Judgement;
  readonly operator: number;
}

const flipsPerMove = 3;
const flipAttempts = 40;
/** Bytes of calldata before the four roots: selector, game id, position; and before a move's own arguments. */
const rootsAt = 68;
const argumentsAt = rootsAt + 128;

const nowhere = { chainId: 0, pinpoint: `0x${"00".repeat(20)}` } as Deployment;
const noPosition: Hex = `0x${"00".repeat(32)}`;

function encode(game: Game, move: Move): Hex {
  const { abi, functionName, args } = makeMove(nowhere, 0n, 0n, game, move);
  const placed = { abi, functionName, args: args.with(1, noPosition) };
  return encodeFunctionData(placed as Parameters<typeof encodeFunctionData>[0]);
}

/** The move that a contract reads from calldata; null where reading it needs more than the interface says. */
function decode(calldata: Hex): Move | null {
  try {
    const { functionName, args } = decodeFunctionData({ abi: pinpointAbi, data: calldata });
    const [, , , ...rest] = args as readonly unknown[];
    return moveOf(functionName as Move["type"], rest);
  } catch {
    return null;
  }
}

function moveOf(type: Move["type"], args: readonly unknown[]): Move {
  const names: Readonly<Record<Move["type"], readonly string[]>> = {
    revealSteps: ["roots"],
    pickStep: ["index", "before", "at", "proof"],
    revealTrace: ["header", "recordTree", "left"],
    pickSide: ["right"],
    revealNodes: ["nodes"],
    pickNode: ["index", "node", "proof"],
    openTensor: ["words", "dtype", "nodes"],
    revealChunk: ["chunk"],
    judge: ["evidence"],
  };
  const fields = names[type].map((name, i) => [name, args[i]] as const);
  return { type, ...Object.fromEntries(fields) } as unknown as Move;
}

/** Whether the rules refuse the move that the calldata says. */
function refused(game: PlayedGame["game"], claim: Claim, calldata: Hex): boolean {
  const move = decode(calldata);
  // A word past the chunk reads as one of no chunk: left to the contract's own tests.
  if (move === null || (move.type === "judge" && (move.evidence as Evidence).word > 255)) return false;
  try {
    playMove(game, claim, move);
    return false;
  } catch (error) {
    if (error instanceof OperatorError && ["illegal-move", "bad-evidence"].includes(error.code)) return true;
    return false;
  }
}

function flipsOf(game: PlayedGame["game"], claim: Claim, calldata: Hex, random: Prng): number[] {
  const bytes = fromHex(calldata);
  const flips = new Set<number>();
  for (let attempt = 0; attempt < flipAttempts && flips.size < flipsPerMove; attempt++) {
    const bit = 8 * rootsAt + random.below(8 * (bytes.length - rootsAt));
    const changed = Uint8Array.from(bytes);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    // Other roots than the game's are none of the position.
    if (bit < 8 * argumentsAt || refused(game, claim, toHex(changed))) flips.add(bit);
  }
  return [...flips];
}

/** Plays a game in memory and writes it down. */
export function writeScript(claim: Claim, defender: Player, challenger: Player, random: Prng): Script {
  const { game, history, judgement } = playGame(claim, defender, challenger);
  const moves = history.map(({ before, move }): ScriptedMove => {
    const calldata = encode(before, move);
    return { phase: before.phase, calldata, flips: flipsOf(before, claim, calldata, random) };
  });
  return { moves, outcome: game.phase, judgement, operator: game.operator };
}
