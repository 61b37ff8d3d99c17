import { expect } from "chai";
import type { Address } from "viem";
import { expectedMove, phases } from "../../../protocol/index.ts";
import { Arena, verdict } from "../support/games.ts";
import { audit, bondOf, readJob, stakeOf, statusOf, timeoutGas } from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

const games = 24;

const shape = { ...shortShape, steps: 2, grid: 2, step: 1 };

/** One challenger under many names opens game after game on an honest claim, so that its solver misses a move somewhere. */
describe("attack: many games at once against an honest solver", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const credit = (account: Address) => world.credit(world.pinpoint, account);

  const sideToMove = async (arena: Arena, gameId: bigint) => expectedMove[await arena.phase(gameId)]?.side;

  async function openAll(arena: Arena): Promise<bigint[]> {
    const { challenger, rival, second, stranger } = world.accounts;
    const names = [challenger, rival, second, stranger];
    const ids: bigint[] = [];
    for (let i = 0; i < games; i++) ids.push(await arena.open(names[i % names.length]));
    return ids;
  }

  it("no move in one game takes time in another", async () => {
    const arena = await Arena.create(world, { clock: 400, extension: 50 }, shape);
    const ids = await openAll(arena);
    const [first, ...others] = ids as [bigint, ...bigint[]];
    const before = await Promise.all(others.map((gameId) => arena.game(gameId)));
    await arena.atTimeout(first, 1n);
    await arena.move(first);
    await arena.move(first);
    expect(await Promise.all(others.map((gameId) => arena.game(gameId)))).to.deep.equal(before);
  });

  it("a solver who answers one game after another wins them all, whatever the other side's timing", async () => {
    const { solver } = world.accounts;
    const arena = await Arena.create(world, { clock: 600, extension: 120 }, shape);
    const { terms } = arena;
    const ids = await openAll(arena);
    await arena.setVerdict(verdict.challengerWrong);
    // Rounds: the solver moves in every game in which he can; the sybils all use up their time and move in its last seconds.
    for (let round = 0; round < 3; round++) {
      for (const gameId of ids) while ((await sideToMove(arena, gameId)) === "defender") await arena.move(gameId);
      const waiting = await Promise.all(ids.map((gameId) => arena.game(gameId)));
      const last = waiting.map(({ lastMoveAt, challengerClock }) => lastMoveAt + BigInt(challengerClock));
      const soonest = last.reduce((a, b) => (a < b ? a : b));
      await world.mineAt(soonest - BigInt(2 * games));
      for (const gameId of ids) await arena.move(gameId);
    }
    for (const gameId of ids) {
      const game = await arena.game(gameId);
      expect(phases[game.phase]).to.equal("DefenderWon");
      expect(game.defenderClock).to.be.at.least(60);
    }
    // Each game pays him his gas and the compensation; each costs the other side its bond.
    const gas = (await Promise.all(ids.map((gameId) => arena.game(gameId)))).map(({ defenderGas }) =>
      BigInt(defenderGas),
    );
    const paid = gas.reduce((sum, used) => sum + used * terms.gasRate + terms.replayCompensation, 0n);
    expect(await credit(solver)).to.equal(paid);
    const { challenger, rival, second, stranger } = world.accounts;
    for (const account of [challenger, rival, second, stranger]) expect(await credit(account)).to.equal(0n);
    expect((await stakeOf(world, solver)).locked).to.equal(terms.stake);
    expect(bondOf(terms) * BigInt(games) > paid).to.equal(true);
  });

  it("sybils who never move cost the solver one move each, and hold the job for one game's length", async () => {
    const { solver, stranger } = world.accounts;
    const arena = await Arena.create(world, { clock: 600, extension: 60, window: 1_000 }, shape);
    const { windowEnd } = await readJob(world, arena.jobId);
    await world.at(windowEnd - BigInt(games) - 1n);
    const ids = await openAll(arena);
    for (const gameId of ids) await arena.move(gameId);
    await arena.atTimeout(ids[games - 1]!);
    for (const gameId of ids) await world.send(solver, world.pinpoint, "timeout", [gameId]);
    await world.send(stranger, world.market, "settle", [arena.jobId]);
    expect(await statusOf(world, arena.jobId)).to.equal("Settled");
    const held = (await world.now()) - windowEnd;
    expect(held < (await world.read<bigint>(world.market, "longestGame", [600n, 60n]))).to.equal(true);
    const gas = (await Promise.all(ids.map((gameId) => arena.game(gameId)))).map(({ defenderGas }) =>
      BigInt(defenderGas),
    );
    const { gasRate, replayCompensation } = arena.terms;
    const expected = gas.reduce((sum, used) => sum + (used + timeoutGas) * gasRate + replayCompensation, 0n);
    expect(await credit(solver)).to.equal(expected);
  });
});
