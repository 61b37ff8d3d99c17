import { expect } from "chai";
import { Arena, disputed, verdict } from "../support/games.ts";
import {
  audit,
  commitment,
  commitUpTo,
  goodTerms,
  readJob,
  running,
  stakeOf,
  statusOf,
  word,
} from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

const clock = 600;
const extension = 60;

/**
 * No block is made for hours: a sequencer that is down, a chain without finality. Time goes on: the first block after it has
 * the time of day, and what fell due meanwhile is due. SPEC: spec/game.md, Clocks: clocks and windows have to be longer.
 */
describe("attack: a chain that stands still across a deadline", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const halted = async (seconds: number | bigint) => (await world.now()) + BigInt(seconds);

  it("shorter than the mover's clock, it takes its length from him and nothing else", async () => {
    const arena = await Arena.create(world, { clock, extension });
    const gameId = await arena.open();
    await world.at(await halted(clock));
    await arena.move(gameId);
    expect(await arena.game(gameId)).to.include({ defenderClock: 0, challengerClock: clock });
    await arena.finish(gameId, verdict.challengerWrong);
    expect(await arena.phase(gameId)).to.equal("DefenderWon");
  });

  for (const honest of ["defender", "challenger"] as const) {
    it(`longer than it, the ${honest} whose move it was has lost, whoever was right`, async () => {
      const { solver, challenger, stranger } = world.accounts;
      const arena = await Arena.create(world, { clock, extension });
      const gameId = await arena.open();
      if (honest === "challenger") await arena.move(gameId);
      const back = await halted(clock + 1);
      await world.at(back);
      const { name, args } = await arena.rightMove(gameId);
      const move = [gameId, ...(await arena.place(gameId)), ...args];
      const values = [gameId, BigInt(clock) + 1n, BigInt(clock)];
      const mover = honest === "defender" ? solver : challenger;
      await world.fails(mover, world.pinpoint, name, move, "ClockExpired", values);
      await world.send(stranger, world.pinpoint, "timeout", [gameId]);
      expect(await arena.phase(gameId)).to.equal(honest === "defender" ? "ChallengerWon" : "DefenderWon");
      const { locked } = await stakeOf(world, solver);
      expect(locked).to.equal(honest === "defender" ? 0n : arena.terms.stake);
    });
  }

  it("across the job's deadline, the solver may commit no more and pays the late penalty", async () => {
    const { solver, stranger } = world.accounts;
    const terms = await goodTerms(world);
    const jobId = await running(world, terms);
    await commitUpTo(world, jobId, 1);
    const { deadline } = await readJob(world, jobId);
    await world.at(deadline + 1n);
    const values = [jobId, deadline];
    await world.fails(solver, world.market, "commit", await commitment(world, jobId, 1), "TooLate", values);
    await world.send(stranger, world.market, "expire", [jobId]);
    await world.at((await readJob(world, jobId)).windowEnd);
    await world.send(stranger, world.market, "settle", [jobId]);
    expect(await statusOf(world, jobId)).to.equal("Expired");
    expect((await stakeOf(world, solver)).staked).to.equal(terms.stake - terms.latePenalty);
  });

  it("across the window, a claim can be disputed no more, and settles", async () => {
    const { challenger, stranger } = world.accounts;
    const arena = await Arena.create(world, { clock, extension, window: 300 }, shortShape);
    const { windowEnd } = await readJob(world, arena.jobId);
    await world.at(await halted(301));
    const args = [arena.jobId, disputed, arena.toy.endRoot, word(99)];
    await world.fails(challenger, world.pinpoint, "open", args, "TooLate", [arena.jobId, windowEnd - 1n]);
    await world.send(stranger, world.market, "settle", [arena.jobId]);
    expect(await statusOf(world, arena.jobId)).to.equal("Settled");
  });
});
