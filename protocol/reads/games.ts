import type { Address, Hex } from "viem";
import { pinpointAbi as abi } from "../abi/pinpoint.ts";
import type { Chain } from "../chain.ts";
import { phases, type Place } from "../game.ts";
import { read, type At } from "./read.ts";

const pinpoint = ({ deployment }: Chain) => ({ address: deployment.pinpoint, abi });

/** A game with its parties, clocks and gas. */
export interface GameView {
  readonly id: bigint;
  /** What moves depend on, but for the roots: `gameRecord` tells those from the events. */
  readonly game: Place;
  /** What the next move must name: `positionOf` the game with its roots; that of the last move when the game is over. */
  readonly position: Hex;
  readonly jobId: bigint;
  readonly checkpoint: number;
  readonly challenger: Address;
  readonly defender: Address;
  /** Steps between two states under the segment root. */
  readonly grid: number;
  /** Seconds since the epoch. */
  readonly lastMoveAt: bigint;
  /** Seconds left when the last move was made. */
  readonly defenderClock: number;
  readonly challengerClock: number;
  readonly extension: number;
  readonly defenderGas: number;
  readonly challengerGas: number;
  readonly gasCap: number;
  /** Whether another game's conviction repays the challenger's gas. */
  readonly gasRefunded: boolean;
}

const sides = [null, "left", "right"] as const;

/** Games opened so far; their ids are 1 … count. */
export function readGameCount(chain: Chain, at?: At): Promise<bigint> {
  return read(chain, pinpoint(chain), "gameCount", [], at);
}

/** A game; phase None for an id not given yet. */
export async function readGame(chain: Chain, gameId: bigint, at?: At): Promise<GameView> {
  const stored = await read(chain, pinpoint(chain), "game", [gameId], at);
  const { jobId, checkpoint, challenger, defender, grid, position, lastMoveAt, extension, gasCap, gasRefunded } =
    stored;
  const { defenderClock, challengerClock, defenderGas, challengerGas } = stored;
  const { moves, firstStep, steps, levels, index, leaves } = stored;
  const { leftLeaves, rightLeaves, operator, words, dtype } = stored;
  const phase = phases[stored.phase] ?? "None";
  const side = sides[stored.side] ?? null;
  const descent = { side, leftLeaves, rightLeaves, operator, words, dtype };
  const game = { phase, moves, firstStep, steps, levels, index, leaves, ...descent };
  const clocks = { lastMoveAt, defenderClock, challengerClock, extension };
  const gas = { defenderGas, challengerGas, gasCap, gasRefunded };
  return { id: gameId, game, position, jobId, checkpoint, challenger, defender, grid, ...clocks, ...gas };
}

/** Seconds that the mover has left; 0 when his time is over. Errors: OperatorError `reverted-game-finished`. */
export function readTimeLeft(chain: Chain, gameId: bigint, at?: At): Promise<bigint> {
  return read(chain, pinpoint(chain), "timeLeft", [gameId], at);
}

/** What opening a game on a job costs. UNITS: the token's smallest. */
export function readBond(chain: Chain, jobId: bigint): Promise<bigint> {
  return read(chain, pinpoint(chain), "bondOf", [jobId]);
}

/** The latest games, newest first. */
export async function listGames(
  chain: Chain,
  options: { readonly limit?: number; readonly before?: bigint } = {},
): Promise<GameView[]> {
  const last = options.before === undefined ? await readGameCount(chain) : options.before - 1n;
  const count = Math.min(options.limit ?? 20, Number(last));
  return Promise.all(Array.from({ length: Math.max(0, count) }, (_, i) => readGame(chain, last - BigInt(i))));
}
