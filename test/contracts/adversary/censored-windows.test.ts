import { expect } from "chai";
import { createPrng } from "../../../common/index.ts";
import { Arena, disputed, verdict } from "../support/games.ts";
import { audit, readJob, statusOf, word } from "../support/jobs.ts";
import { deepShape, shortShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

const seed = 0x5eed_0122;
const clock = 600;
const extension = 60;
/** The deep shape has 16 moves: eight of the defender's, eight of the challenger's. */
const windows = 8;

/** Windows of at least a second, the time from block to block, that sum to `total`, cut at random places. UNITS: seconds */
function cut(total: number, count: number): number[] {
  const random = createPrng(seed);
  const spare = total - count;
  const places = Array.from({ length: count - 1 }, () => random.below(spare + 1)).toSorted((a, b) => a - b);
  return [...places, spare].map((end, index) => 1 + end - (places[index - 1] ?? 0));
}

const ones = (count: number) => Array.from({ length: count }, () => 1);

/** How long the censor keeps each of the honest side's moves out of the chain. */
const censorships: Readonly<Record<string, readonly number[]>> = {
  "the first move for all but the seconds of the others": [clock - windows + 1, ...ones(windows - 1)],
  "every move for an eighth": Array.from({ length: windows }, () => clock / windows),
  "moves for as long as chance has it": cut(clock, windows),
  "the last move for all but the seconds of the others": [...ones(windows - 1), clock - windows + 1],
  // What is spent after the clock is used up is the extension, again and again.
  "every move for the extension once the clock is used up": [
    clock,
    ...Array.from({ length: windows - 1 }, () => extension),
  ],
};

/** Whoever builds the blocks keeps one side's moves out of them, for windows that sum to the side's clock. */
describe("attack: moves that are kept out of blocks", () => {
  before(() => console.log(`      seed ${seed.toString(16)}`));
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  for (const honest of ["defender", "challenger"] as const) {
    const won = honest === "defender" ? "DefenderWon" : "ChallengerWon";
    for (const [name, kept] of Object.entries(censorships)) {
      it(`${name}: the ${honest} still wins`, async () => {
        const arena = await Arena.create(world, { clock, extension }, deepShape);
        await arena.setVerdict(honest === "defender" ? verdict.challengerWrong : verdict.defenderWrong);
        const gameId = await arena.open();
        let made = 0;
        while ((await arena.phase(gameId)) !== won) {
          const { lastMoveAt, defender } = await arena.game(gameId);
          const own = ((await arena.mover(gameId)) === defender) === (honest === "defender");
          await world.at(lastMoveAt + BigInt(own ? kept[made++]! : 1));
          await arena.move(gameId);
        }
        expect(made).to.equal(windows);
      });
    }

    it(`the ${honest} loses by one second more than his clock, whichever window is that long`, async () => {
      const { stranger } = world.accounts;
      for (let place = 0; place < windows; place++) {
        const arena = await Arena.create(world, { clock, extension }, deepShape);
        await arena.setVerdict(honest === "defender" ? verdict.challengerWrong : verdict.defenderWrong);
        const gameId = await arena.open();
        for (let moves = 2 * place + (honest === "defender" ? 0 : 1); moves > 0; moves--) await arena.move(gameId);
        await arena.atTimeout(gameId);
        await world.send(stranger, world.pinpoint, "timeout", [gameId]);
        expect(await arena.phase(gameId)).to.equal(honest === "defender" ? "ChallengerWon" : "DefenderWon");
      }
    });
  }

  it("a dispute that is kept out until the window's last second still convicts", async () => {
    const arena = await Arena.create(world, { clock, extension, window: 300 }, shortShape);
    const { windowEnd } = await readJob(world, arena.jobId);
    await world.at(windowEnd - 1n);
    await arena.finish(await arena.open(), verdict.defenderWrong);
    expect(await statusOf(world, arena.jobId)).to.equal("Convicted");
  });

  it("a dispute that is kept out for the whole window is lost: the window is what a lie has to be censored for", async () => {
    const arena = await Arena.create(world, { clock, extension, window: 300 }, shortShape);
    const { windowEnd } = await readJob(world, arena.jobId);
    await world.at(windowEnd);
    const args = [arena.jobId, disputed, arena.toy.endRoot, word(99)];
    const values = [arena.jobId, windowEnd - 1n];
    await world.fails(world.accounts.challenger, world.pinpoint, "open", args, "TooLate", values);
  });
});
