import { expect } from "chai";
import type { Address, Hex } from "viem";
import { gameRecord, phases, rootsOf, type Phase, type Roots, type Terms } from "../../../protocol/index.ts";
import { commitment, deposit, goodTerms, readJob, submit, word } from "./jobs.ts";
import { deepShape, Toy, type Call, type ToyShape } from "./toy.ts";
import type { Receipt, World } from "./world.ts";

/** A game with its roots. */
export interface ChainGame extends Roots {
  readonly phase: number;
  readonly moves: number;
  readonly levels: number;
  readonly lastMoveAt: bigint;
  readonly defenderClock: number;
  readonly challengerClock: number;
  readonly defenderGas: number;
  readonly challengerGas: number;
  readonly index: number;
  readonly side: number;
  readonly firstStep: number;
  readonly steps: number;
  readonly leaves: number;
  readonly leftLeaves: number;
  readonly rightLeaves: number;
  readonly operator: number;
  readonly words: number;
  readonly dtype: number;
  readonly extension: number;
  readonly gasCap: number;
  readonly gasRefunded: boolean;
  readonly challenger: Address;
  readonly jobId: bigint;
  readonly checkpoint: number;
  readonly grid: number;
  readonly defender: Address;
  readonly defended: bigint;
  readonly position: Hex;
}

export const zeroRoots: Roots = { from: word(0), to: word(0), left: word(0), node: word(0) };

/** A game as the contract stores it, with the roots that its events tell. */
export async function readChainGame(world: World, gameId: bigint): Promise<ChainGame> {
  const stored = await world.read<Omit<ChainGame, keyof Roots>>(world.pinpoint, "game", [gameId]);
  const told = phases[stored.phase] === "None" ? zeroRoots : (await gameRecord(world.chain, gameId)).game;
  return { ...stored, ...rootsOf(told) };
}

/** Indices of the contract's enum `Verdict`. */
export const verdict = { none: 0, defenderWrong: 1, challengerWrong: 2 } as const;

/** The checkpoint of the job that the toy's claim is. */
export const disputed = 1;

/** A job of three checkpoints whose second one a toy claims, and games on it. */
export class Arena {
  readonly world: World;
  readonly toy: Toy;
  readonly terms: Terms;
  readonly jobId: bigint;

  private constructor(world: World, toy: Toy, terms: Terms, jobId: bigint) {
    this.world = world;
    this.toy = toy;
    this.terms = terms;
    this.jobId = jobId;
  }

  static async create(world: World, changes: Partial<Terms> = {}, shape: ToyShape = deepShape): Promise<Arena> {
    const toy = new Toy(shape);
    const { steps, grid } = shape;
    const program = { programRoot: toy.programRoot, steps: 3 * steps, interval: steps, grid };
    const terms = await goodTerms(world, { ...program, ...changes });
    const jobId = await submit(world, terms);
    const { solver } = world.accounts;
    await deposit(world, solver, terms.stake);
    await world.send(solver, world.market, "accept", [jobId, (await readJob(world, jobId)).termsHash, ""]);
    const claims: (readonly [Hex, Hex])[] = [
      [toy.startRoot, word(1)],
      [toy.endRoot, toy.segmentRoot],
      [word(3), word(4)],
    ];
    for (const [k, roots] of claims.entries())
      await world.send(solver, world.market, "commit", await commitment(world, jobId, k, roots));
    return new Arena(world, toy, terms, jobId);
  }

  /** First step of the disputed segment. */
  get base(): number {
    return disputed * this.toy.shape.steps;
  }

  /** Opens a game; its id. */
  async open(challenger: Address = this.world.accounts.challenger): Promise<bigint> {
    await this.world.send(challenger, this.world.pinpoint, "open", [this.jobId, disputed, this.toy.endRoot, word(99)]);
    return this.world.read(this.world.pinpoint, "gameCount");
  }

  game(gameId: bigint): Promise<ChainGame> {
    return readChainGame(this.world, gameId);
  }

  async phase(gameId: bigint): Promise<Phase> {
    return phases[(await this.game(gameId)).phase]!;
  }

  /** The position and the roots that the next move must name. */
  async place(gameId: bigint): Promise<readonly [Hex, Roots]> {
    const game = await this.game(gameId);
    return [game.position, rootsOf(game)];
  }

  /** The right move in the game as it stands. */
  async rightMove(gameId: bigint): Promise<Call> {
    const game = await this.game(gameId);
    return this.toy.move({ ...game, phase: phases[game.phase]! }, this.base);
  }

  /** Who is to move. */
  async mover(gameId: bigint): Promise<Address> {
    const game = await this.game(gameId);
    const [side] = await this.world.read<[number, number]>(this.world.pinpoint, "expectedMove", [game.phase]);
    return side === 1 ? game.defender : game.challenger;
  }

  /** Makes a move, the right one if none is given. */
  async move(gameId: bigint, call?: Call): Promise<Receipt> {
    const { name, args } = call ?? (await this.rightMove(gameId));
    const from = await this.mover(gameId);
    return this.world.send(from, this.world.pinpoint, name, [gameId, ...(await this.place(gameId)), ...args]);
  }

  /** A move by whoever is to move that must revert with exactly this error. */
  async refused(gameId: bigint, name: string, args: readonly unknown[], error: string, ...values: unknown[]) {
    const all = [gameId, ...(await this.place(gameId)), ...args];
    await this.world.fails(await this.mover(gameId), this.world.pinpoint, name, all, error, values);
  }

  /** Plays right moves until the game is in the phase. */
  async playTo(gameId: bigint, phase: Phase): Promise<void> {
    while ((await this.phase(gameId)) !== phase) await this.move(gameId);
  }

  /** Tells the arbiter what to answer. */
  async setVerdict(value: number, question: Hex = word(0)): Promise<void> {
    await this.world.send(this.world.accounts.deployer, this.world.arbiter, "set", [value, question]);
  }

  /** Plays a game to its end. */
  async finish(gameId: bigint, value: number): Promise<Receipt> {
    await this.setVerdict(value);
    await this.playTo(gameId, "Judgement");
    return this.move(gameId);
  }

  /** Makes the next transaction's block the first in which the mover has no time left, or earlier by `before` seconds. */
  async atTimeout(gameId: bigint, before = 0n): Promise<void> {
    const game = await this.game(gameId);
    const left = (await this.mover(gameId)) === game.defender ? game.defenderClock : game.challengerClock;
    await this.world.at(game.lastMoveAt + BigInt(left) + 1n - before);
  }
}

/** A fresh game, brought into a phase. */
export async function gameIn(world: World, phase: Phase, shape = deepShape): Promise<{ arena: Arena; gameId: bigint }> {
  const { accounts, pinpoint } = world;
  const arena = await Arena.create(world, {}, shape);
  const gameId = await arena.open();
  if (phase === "Void") {
    await arena.finish(await arena.open(accounts.rival), verdict.defenderWrong);
    await world.send(accounts.stranger, pinpoint, "reclaim", [gameId]);
  } else if (phase === "ChallengerWon" || phase === "DefenderWon") {
    await arena.finish(gameId, phase === "ChallengerWon" ? verdict.defenderWrong : verdict.challengerWrong);
  } else {
    await arena.playTo(gameId, phase);
  }
  expect(await arena.phase(gameId)).to.equal(phase);
  return { arena, gameId };
}
