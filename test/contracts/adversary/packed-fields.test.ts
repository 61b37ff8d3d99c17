import { expect } from "chai";
import { encodeAbiParameters, keccak256 } from "viem";
import { phases, rootsOf, type Terms } from "../../../protocol/index.ts";
import { readChainGame, type ChainGame } from "../support/games.ts";
import { commitment, deposit, encoded, goodTerms, readJob, submit, word } from "../support/jobs.ts";
import { deepShape, Toy, type Call, type ToyShape } from "../support/toy.ts";
import { World, type Receipt } from "../support/world.ts";

const most = (bits: number) => 2n ** BigInt(bits) - 1n;
const most32 = Number(most(32));
const checkpoints = 65_535;
const interval = 4_096;
const last = checkpoints - 1;
/** The last step of the longest job there is, in the largest program and the largest tensor. */
const left: ToyShape = {
  ...deepShape,
  steps: interval,
  grid: 64,
  step: interval - 1,
  left: 65_534,
  right: 1,
  operator: 65_533,
  words: 2 ** 31 - 1,
  chunk: 2 ** 23 - 1,
  dtype: 2,
};
/** And its last operator, among as many states as there can be. */
const right: ToyShape = { ...left, left: 61_439, right: 4_096, onRight: true, operator: 4_095 };

/** Storage slot of a mapping's value. SPEC: test/snapshots/storage.json */
function slotOf(mapping: bigint, key: bigint): bigint {
  const words = [{ type: "uint256" }, { type: "uint256" }] as const;
  return BigInt(keccak256(encodeAbiParameters(words, [key, mapping])));
}
const slots = { jobs: 6n, games: 5n, gameCount: 4n, jobGames: 6n };

/** A job at the end of every range: what a number is packed into must hold it, and what lies beside it must not notice. */
class Longest {
  readonly world: World;
  readonly toy: Toy;
  readonly base = last * interval;
  readonly jobId: bigint;

  private constructor(world: World, toy: Toy, jobId: bigint) {
    this.world = world;
    this.toy = toy;
    this.jobId = jobId;
  }

  static async create(shape: ToyShape): Promise<Longest> {
    // A delay of the stake that leaves room for the longest clocks.
    const world = await World.create("TestToken", 2n ** 40n);
    const toy = new Toy(shape);
    const longest = { clock: most32, extension: most32, window: most32, heartbeat: most32, acceptBy: most(64) };
    const terms = await goodTerms(world, {
      ...longest,
      programRoot: toy.programRoot,
      steps: checkpoints * interval,
      interval,
      grid: 64,
      gasCap: most32,
      gasRate: 1_000n,
      stake: most(80),
    });
    const jobId = await submit(world, terms);
    const { solver } = world.accounts;
    await deposit(world, solver, terms.stake);
    await world.send(solver, world.market, "accept", [jobId, (await readJob(world, jobId)).termsHash, ""]);
    // 65,533 commitments are taken as made.
    await world.poke(world.market, slotOf(slots.jobs, jobId), 23, 2, BigInt(last - 1));
    await world.send(
      solver,
      world.market,
      "commit",
      await commitment(world, jobId, last - 1, [toy.startRoot, word(1)]),
    );
    await world.send(
      solver,
      world.market,
      "commit",
      await commitment(world, jobId, last, [toy.endRoot, toy.segmentRoot]),
    );
    return new Longest(world, toy, jobId);
  }

  async open(): Promise<bigint> {
    const { world, toy, jobId } = this;
    await world.send(world.accounts.challenger, world.pinpoint, "open", [jobId, last, toy.endRoot, word(99)]);
    return world.read(world.pinpoint, "gameCount");
  }

  game(gameId: bigint): Promise<ChainGame> {
    return readChainGame(this.world, gameId);
  }

  async rightMove(gameId: bigint): Promise<Call> {
    const game = await this.game(gameId);
    return this.toy.move({ ...game, phase: phases[game.phase]! }, this.base);
  }

  async move(gameId: bigint): Promise<Receipt> {
    const { world } = this;
    const { name, args } = await this.rightMove(gameId);
    return world.send(await this.mover(gameId), world.pinpoint, name, await this.named(gameId, args));
  }

  async named(gameId: bigint, args: readonly unknown[]): Promise<unknown[]> {
    const game = await this.game(gameId);
    return [gameId, game.position, rootsOf(game), ...args];
  }

  async mover(gameId: bigint) {
    const game = await this.game(gameId);
    const [side] = await this.world.read<[number, number]>(this.world.pinpoint, "expectedMove", [game.phase]);
    return side === 1 ? game.defender : game.challenger;
  }

  async playTo(gameId: bigint, phase: string): Promise<void> {
    while (phases[(await this.game(gameId)).phase] !== phase) await this.move(gameId);
  }

  async refused(gameId: bigint, name: string, args: readonly unknown[], error: string, ...values: unknown[]) {
    const { world } = this;
    await world.fails(await this.mover(gameId), world.pinpoint, name, await this.named(gameId, args), error, values);
  }
}

describe("attack: fields at the end of what they are packed into", () => {
  for (const [name, shape] of Object.entries({ left, right })) {
    it(`the last word of the last chunk of the last operator on the ${name} of the last step there can be`, async () => {
      const job = await Longest.create(shape);
      const { world, toy } = job;
      const gameId = await job.open();
      const fixed = { gasCap: most32, extension: most32, checkpoint: last, grid: 64, jobId: job.jobId };
      expect(await job.game(gameId)).to.include({ ...fixed, firstStep: job.base, steps: interval });
      await job.playTo(gameId, "Judgement");
      const game = await job.game(gameId);
      expect(game).to.include({
        ...fixed,
        // A second has gone by before the last move, which gave the challenger his extension.
        defenderClock: most32 - 1,
        challengerClock: most32,
        firstStep: checkpoints * interval - 1,
        steps: 1,
        words: 2 ** 31 - 1,
        dtype: 2,
        leaves: 2 ** 23,
        levels: 0,
        index: 2 ** 23 - 1,
        leftLeaves: shape.left,
        rightLeaves: shape.right,
        operator: shape.onRight ? 65_534 : 65_533,
        side: shape.onRight ? 2 : 1,
        gasRefunded: true,
        challenger: world.accounts.challenger,
        defender: world.accounts.solver,
        to: `0x${Buffer.from(toy.sides.right.root).toString("hex")}`,
      });
      await world.send(world.accounts.deployer, world.arbiter, "set", [2, word(0)]);
      const { logs } = await job.move(gameId);
      const judged = logs.find(({ eventName }) => eventName === "Judged");
      expect(judged?.args["element"]).to.equal(BigInt(2 ** 23 - 1) * 256n + 200n);
      expect((await job.game(gameId)).moves).to.equal(shape.onRight ? 20 : 22);
    });
  }

  it("gas at the greatest cap stops there", async () => {
    const job = await Longest.create(left);
    const gameId = await job.open();
    await job.world.poke(job.world.pinpoint, slotOf(slots.games, gameId), 19, 4, most(32) - 1n);
    await job.move(gameId);
    const beside = { defenderClock: most32 - 1, challengerClock: most32, challengerGas: 0, index: 0, side: 0 };
    expect(await job.game(gameId)).to.include({ defenderGas: most32, ...beside });
  });

  it("one more is refused: a step, a word, an operator, a state, a node", async () => {
    const job = await Longest.create(left);
    const { world } = job;
    const terms = await goodTerms(world, { steps: checkpoints * interval + 1, interval, grid: 64 } as Partial<Terms>);
    const { submitter } = world.accounts;
    const outOfRange = [6, BigInt(checkpoints) + 1n, 1n, BigInt(checkpoints)];
    await world.fails(submitter, world.market, "submit", [encoded(terms)], "TermOutOfRange", outOfRange);
    const gameId = await job.open();
    await job.playTo(gameId, "TensorReveal");
    await job.refused(gameId, "openTensor", [2 ** 31, 1, []], "NoSuchTensor", 2 ** 31, 1);
    await job.playTo(gameId, "ChunkPick");
    const { name, args } = await job.rightMove(gameId);
    await job.refused(gameId, name, [64, ...args.slice(1)], "LeafOutOfRange", 64n, 64n);
    for (const [operators, states] of [
      [65_536, 1],
      [65_535, 4_097],
    ] as const) {
      const larger = await Longest.create({ ...deepShape, steps: interval, grid: 64, header: [operators, states] });
      const other = await larger.open();
      await larger.playTo(other, "TraceReveal");
      const trace = (await larger.rightMove(other)).args;
      await larger.refused(other, "revealTrace", trace, "CountsOutOfRange", BigInt(operators), BigInt(states));
    }
  });

  it("numbers of games count to their end, and then nothing is opened rather than overwritten", async () => {
    const job = await Longest.create(left);
    const { world } = job;
    await world.poke(world.pinpoint, slots.gameCount, 0, 8, most(64) - 1n);
    const gameId = await job.open();
    expect(gameId).to.equal(most(64));
    const before = await job.game(gameId);
    const panic = await job.open().catch((error: Error) => error.message);
    expect(panic).to.match(/Panic\(17\)/);
    await world.poke(world.pinpoint, slots.gameCount, 0, 8, 1n);
    await world.poke(world.pinpoint, slotOf(slots.jobGames, job.jobId), 0, 8, most(64));
    expect(await job.open().catch((error: Error) => error.message)).to.match(/Panic\(17\)/);
    await world.poke(world.pinpoint, slotOf(slots.jobGames, job.jobId), 0, 8, 1n);
    await world.poke(world.market, slotOf(slots.jobs, job.jobId), 27, 4, most(32));
    expect(await job.open().catch((error: Error) => error.message)).to.match(/Panic\(17\)/);
    expect(await job.game(gameId)).to.deep.equal(before);
  });
});
