import { expect } from "chai";
import { phases } from "../../protocol/index.ts";
import { Arena, verdict } from "./support/games.ts";
import { audit } from "./support/jobs.ts";
import { deepShape, shortShape } from "./support/toy.ts";
import { freshWorld, type World } from "./support/world.ts";

describe("Pinpoint's clocks", () => {
  let world: World;

  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  it("take the time since the last move from the mover's, and give the other side its extension", async () => {
    const arena = await Arena.create(world, { clock: 100, extension: 30 });
    const gameId = await arena.open();
    const opened = await world.now();
    await world.at(opened + 80n);
    await arena.move(gameId);
    expect(await arena.game(gameId)).to.include({ defenderClock: 20, challengerClock: 100, lastMoveAt: opened + 80n });
    await world.at(opened + 150n);
    await arena.move(gameId);
    // The challenger spent 70; the defender's 20 are raised to the extension.
    expect(await arena.game(gameId)).to.include({ defenderClock: 30, challengerClock: 30, lastMoveAt: opened + 150n });
    await world.at(opened + 151n);
    await arena.move(gameId);
    expect(await arena.game(gameId)).to.include({ defenderClock: 29, challengerClock: 30 });
  });

  it("raise the clock of a side that moves twice in a row as well", async () => {
    const arena = await Arena.create(world, { clock: 100, extension: 30 }, shortShape);
    const gameId = await arena.open();
    await arena.playTo(gameId, "TensorReveal");
    const { lastMoveAt, defenderClock } = await arena.game(gameId);
    await world.at(lastMoveAt + BigInt(defenderClock));
    await arena.move(gameId);
    expect(await arena.phase(gameId)).to.equal("ChunkReveal");
    expect((await arena.game(gameId)).defenderClock).to.equal(30);
  });

  it("let a move pass in the last second and none after it; a timeout only then", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const { stranger, solver } = world.accounts;
    await arena.atTimeout(gameId, 1n);
    await world.fails(stranger, world.pinpoint, "timeout", [gameId], "ClockRunning", [gameId, 600n, 600n]);
    await arena.atTimeout(gameId);
    const { name, args } = await arena.rightMove(gameId);
    const move = [gameId, ...(await arena.place(gameId)), ...args];
    await world.fails(solver, world.pinpoint, name, move, "ClockExpired", [gameId, 601n, 600n]);
    await world.send(stranger, world.pinpoint, "timeout", [gameId]);
    expect(await arena.phase(gameId)).to.equal("ChallengerWon");
  });

  it("tell how much time is left", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const opened = await world.now();
    for (const [after, left] of [
      [1n, 599n],
      [600n, 0n],
      [5_000n, 0n],
    ] as const) {
      await world.mineAt(opened + after);
      expect(await world.read(world.pinpoint, "timeLeft", [gameId])).to.equal(left);
    }
  });

  it("check the clock before what the move says, and the position before the clock", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    await arena.atTimeout(gameId);
    await arena.refused(gameId, "revealSteps", [[]], "ClockExpired", gameId, 601n, 600n);
    const [position, roots] = await arena.place(gameId);
    const wrong = `0x${"00".repeat(32)}`;
    const values = [gameId, position, wrong];
    await world.fails(
      world.accounts.solver,
      world.pinpoint,
      "revealSteps",
      [gameId, wrong, roots, []],
      "WrongPosition",
      values,
    );
  });

  it("keep running while moves revert", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const before = await arena.game(gameId);
    await arena.refused(gameId, "revealSteps", [[]], "WrongCount", 10n, 0n);
    expect(await arena.game(gameId)).to.deep.equal(before);
  });

  it("bound the longest game: every move in the last second", async () => {
    const terms = { clock: 500, extension: 70 };
    // 16 levels of operators and 17 of chunks: as many rounds as any program can ask for but one.
    const shape = { ...deepShape, left: 40_000, operator: 39_999, words: 70_000 * 256, chunk: 69_999 };
    const arena = await Arena.create(world, terms, shape);
    const gameId = await arena.open();
    const opened = await world.now();
    await arena.setVerdict(verdict.challengerWrong);
    while ((await arena.phase(gameId)) !== "DefenderWon") {
      await arena.atTimeout(gameId, 1n);
      await arena.move(gameId);
    }
    const { moves } = await arena.game(gameId);
    const lasted = (await world.now()) - opened;
    const bound = await world.read<bigint>(world.market, "longestGame", [500n, 70n]);
    expect(moves).to.equal(20);
    // Both clocks once, then an extension before each further move.
    expect(lasted).to.equal(2n * 500n + BigInt(moves - 2) * 70n);
    expect(lasted < bound).to.equal(true);
    expect(phases[(await arena.game(gameId)).phase]).to.equal("DefenderWon");
  });
});
