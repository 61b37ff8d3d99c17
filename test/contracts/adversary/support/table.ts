import { parseEventLogs, type Hex } from "viem";
import {
  playMove,
  type ExampleSegment,
  type Judgement,
  type Player,
  type SegmentTrace,
} from "../../../../dispute/index.ts";
import { challengerMove, defenderMove } from "../../../../dispute/index.ts";
import {
  expectedMove,
  makeMove,
  openGame,
  openingGame,
  pinpointAbi,
  reasons,
  readGame,
  readGameCount,
  type Call,
  type Claim,
  type Game,
  type Move,
  type Phase,
  type RecordedMove,
} from "../../../../protocol/index.ts";
import { createBoard, type Board } from "../../game/board.ts";

type Account = Board["accounts"]["solver"];

/** Any root that is not the claimed one: what a challenger says who has none of his own. */
export const otherRoot: Hex = `0x${"99".repeat(32)}`;

/** How a game ended on the contract. */
export interface Ending {
  readonly phase: Phase;
  readonly reason: string;
  readonly claimed: number;
  readonly expected: number;
  readonly operator: number;
  readonly element: bigint;
}

/** One game on the contracts, of which the in-memory rules know every move too. */
export class Table {
  readonly board: Board;
  readonly claim: Claim;
  readonly jobId: bigint;
  readonly gameId: bigint;
  readonly challenger: Account;
  readonly history: RecordedMove[] = [];
  game: Game;

  private constructor(board: Board, claim: Claim, jobId: bigint, gameId: bigint, challenger: Account) {
    this.board = board;
    this.claim = claim;
    this.jobId = jobId;
    this.gameId = gameId;
    this.challenger = challenger;
    this.game = openingGame(claim);
  }

  /** Posts a claim and opens a game on it. */
  static async open(board: Board, claim: Claim, challenger: Account = board.accounts.challenger): Promise<Table> {
    return Table.join(board, claim, await board.postClaim(claim), challenger);
  }

  /** Opens another game on a claim that is posted. */
  static async join(board: Board, claim: Claim, jobId: bigint, challenger: Account): Promise<Table> {
    const checkpoint = claim.firstStep / claim.steps;
    await board.send(challenger, openGame(board.deployment, jobId, checkpoint, claim.endRoot, otherRoot));
    return new Table(board, claim, jobId, await readGameCount(board.chain), challenger);
  }

  /** Who is to move. */
  get mover(): Account {
    return expectedMove[this.game.phase]!.side === "defender" ? this.board.accounts.solver : this.challenger;
  }

  /** A move as a transaction. */
  call(move: Move): Call {
    return makeMove(this.board.deployment, this.gameId, this.jobId, this.game, move);
  }

  /** Makes a move that the contract and the in-memory rules must both accept. */
  async make(move: Move): Promise<Ending | null> {
    const side = expectedMove[this.game.phase]!.side;
    const next = playMove(this.game, this.claim, move);
    const receipt = await this.board.send(this.mover, this.call(move));
    this.history.push({ side, before: this.game, move });
    this.game = next.game;
    if (next.judgement === undefined) return null;
    const [judged] = parseEventLogs({ abi: pinpointAbi, logs: receipt.logs, eventName: "Judged" });
    return this.#ending(judged!.args, next.judgement);
  }

  /** Plays on until the game ends, or waits in one of the phases. */
  async play(defender: Player, challenger: Player, ...until: readonly Phase[]): Promise<Ending | null> {
    while (!until.includes(this.game.phase)) {
      const player = expectedMove[this.game.phase]!.side === "defender" ? defender : challenger;
      const ending = await this.make(player(this.game, this.history));
      if (ending !== null) return ending;
    }
    return null;
  }

  /** The contract must refuse the move of whoever is to move; answers the error's name. */
  async refuses(move: Move): Promise<string> {
    const { address, abi, functionName, args } = this.call(move);
    const account = this.mover.account;
    try {
      await this.board.client.simulateContract({ address, abi, functionName, args, account } as never);
    } catch (error) {
      return errorName(error);
    }
    throw new Error(`${functionName} was accepted in ${this.game.phase}`);
  }

  async #ending({ reason, claimed, expected, operator, element }: EndingArgs, judgement: Judgement): Promise<Ending> {
    const { phase } = (await readGame(this.board.chain, this.gameId)).game;
    const ending = { phase, reason: reasons[reason]!, claimed, expected, operator, element };
    const twin = {
      phase: this.game.phase,
      reason: judgement.reason,
      claimed: judgement.claimed,
      expected: judgement.expected,
    };
    for (const [name, value] of Object.entries(twin)) {
      if (ending[name as keyof typeof twin] !== value) throw new Error(`rules and contract differ in ${name}`);
    }
    return ending;
  }
}

interface EndingArgs {
  readonly reason: number;
  readonly claimed: number;
  readonly expected: number;
  readonly operator: number;
  readonly element: bigint;
}

/** Name of the custom error of a failed call. */
export function errorName(error: unknown): string {
  for (let at = error as { data?: { errorName?: string }; cause?: unknown } | undefined; at; at = at.cause as never) {
    if (typeof at.data?.errorName === "string") return at.data.errorName;
  }
  throw error;
}

export function defending(trace: SegmentTrace): Player {
  return (game) => defenderMove(game, trace);
}

export function challenging(trace: SegmentTrace, aim?: Parameters<typeof challengerMove>[3]): Player {
  return (game, history) => challengerMove(game, history, trace, aim);
}

/** A board and an honest segment, made once for the tests of a file. */
export function shared(make: () => Promise<ExampleSegment>): () => Promise<{ board: Board; example: ExampleSegment }> {
  let made: Promise<{ board: Board; example: ExampleSegment }> | undefined;
  const create = async () => ({ board: await createBoard(), example: await make() });
  return () => (made ??= create());
}
