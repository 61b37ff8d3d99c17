import { expect } from "chai";
import { statuses } from "../../../protocol/index.ts";
import { Arena, disputed, verdict } from "../support/games.ts";
import { audit, readJob, statusOf, word } from "../support/jobs.ts";
import { deepShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

const clock = 500;
const extension = 70;

/** Time is the weapon: moves in the last second, games in the window's last second, one after another. */
describe("attack: the last second", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const openingArgs = (arena: Arena) => [arena.jobId, disputed, arena.toy.endRoot, word(99)];

  for (const late of ["defender", "challenger"] as const) {
    it(`a ${late} who moves in his last second leaves the other side its extension every time`, async () => {
      const arena = await Arena.create(world, { clock, extension }, deepShape);
      const gameId = await arena.open();
      const opened = await world.now();
      await arena.setVerdict(verdict.challengerWrong);
      while ((await arena.phase(gameId)) !== "DefenderWon") {
        const before = await arena.game(gameId);
        const byDefender = (await arena.mover(gameId)) === before.defender;
        const [left, next] = byDefender ? ["defenderClock", "challengerClock"] : ["challengerClock", "defenderClock"];
        if (byDefender === (late === "defender")) await arena.atTimeout(gameId, 1n);
        // The other side takes as long as it may always count on.
        else await world.at(before.lastMoveAt + BigInt(extension));
        expect(before[left as "defenderClock"]).to.be.at.least(extension);
        await arena.move(gameId);
        expect((await arena.game(gameId))[next as "defenderClock"]).to.be.at.least(
          (await arena.phase(gameId)) === "DefenderWon" ? 0 : extension,
        );
      }
      const lasted = (await world.now()) - opened;
      expect(lasted < (await world.read<bigint>(world.market, "longestGame", [clock, extension]))).to.equal(true);
    });
  }

  it("opens a game in the window's last second, and none after it", async () => {
    const arena = await Arena.create(world, { clock, extension, window: 300 });
    const { windowEnd } = await readJob(world, arena.jobId);
    const { challenger, rival, stranger } = world.accounts;
    await world.at(windowEnd - 1n);
    const gameId = await arena.open();
    await world.at(windowEnd);
    const values = [arena.jobId, windowEnd - 1n];
    await world.fails(rival, world.pinpoint, "open", openingArgs(arena), "TooLate", values);
    await world.fails(stranger, world.market, "settle", [arena.jobId], "GamesOpen", [arena.jobId, 1n]);
    // The game's end opens nothing again.
    await arena.finish(gameId, verdict.challengerWrong);
    const after = [arena.jobId, windowEnd - 1n];
    await world.fails(challenger, world.pinpoint, "open", openingArgs(arena), "TooLate", after);
    await world.send(stranger, world.market, "settle", [arena.jobId]);
    const settled = [arena.jobId, statuses.indexOf("Settled")];
    await world.fails(challenger, world.pinpoint, "open", openingArgs(arena), "WrongStatus", settled);
  });

  it("a lie disputed in the window's last second still falls, as late as the game may end", async () => {
    const arena = await Arena.create(world, { clock, extension, window: 300 });
    const { windowEnd } = await readJob(world, arena.jobId);
    await world.at(windowEnd - 1n);
    const gameId = await arena.open();
    await arena.setVerdict(verdict.defenderWrong);
    while ((await arena.phase(gameId)) !== "ChallengerWon") {
      await arena.atTimeout(gameId, 1n);
      await arena.move(gameId);
    }
    expect(await statusOf(world, arena.jobId)).to.equal("Convicted");
    const unbonding = await world.read<bigint>(world.staking, "unbondingSeconds");
    expect((await world.now()) - windowEnd + 300n < unbonding).to.equal(true);
  });
});
