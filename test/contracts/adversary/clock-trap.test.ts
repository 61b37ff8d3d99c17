import { expect } from "chai";
import { parseVerifierConfig } from "../../../daemon/index.ts";
import { refusalOf } from "../../../verifier/index.ts";
import { Arena, verdict } from "../support/games.ts";
import { audit, bondOf, stakeOf, statusOf } from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { freshWorld, supplyEach, type World } from "../support/world.ts";

/** UNITS: seconds between two blocks of the main chain. */
const block = 12n;
/** What a submitter and a solver who are one may agree on; the contracts allow it. */
const trap = { clock: 1, extension: 1, replayCompensation: supplyEach / 2n };

/**
 * Submitter and solver are one. Their claim is false, plain to see, and its terms leave a challenger less time than there is
 * between two blocks: whoever disputes it loses his bond to them. What protects him is that he leaves such jobs alone.
 */
describe("attack: a lie as bait, under terms that no challenger can meet", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  it("pays the liar out of the bond of whoever disputes it", async () => {
    const { challenger, solver } = world.accounts;
    const arena = await Arena.create(world, trap, shortShape);
    // The arbiter would convict: it is never asked.
    await arena.setVerdict(verdict.defenderWrong);
    const gameId = await arena.open();
    const { lastMoveAt } = await arena.game(gameId);
    // The solver has his move ready, and has it mined in the same block as the opening or in the next second.
    await world.at(lastMoveAt + 1n);
    await arena.move(gameId);
    await world.at(lastMoveAt + 1n + block);
    const values = [gameId, block, 1n];
    const { name, args } = await arena.rightMove(gameId);
    const move = [gameId, ...(await arena.place(gameId)), ...args];
    await world.fails(challenger, world.pinpoint, name, move, "ClockExpired", values);
    await world.send(solver, world.pinpoint, "timeout", [gameId]);
    expect(await statusOf(world, arena.jobId)).to.equal("Closing");
    expect((await stakeOf(world, solver)).locked).to.equal(arena.terms.stake);
    expect(await world.balance(challenger)).to.equal(supplyEach - bondOf(arena.terms));
    expect((await world.credit(world.pinpoint, solver)) >= trap.replayCompensation).to.equal(true);
  });

  it("is left alone by a verifier as he comes, and under any clock once the bond is above what he risks", async () => {
    const key = `0x${"11".repeat(32)}`;
    const policy = parseVerifierConfig({ deployment: "d", dataDir: "d", maxBond: 10n ** 20n }, { PINPOINT_KEY: key });
    const arena = await Arena.create(world, trap, shortShape);
    const bond = await world.read<bigint>(world.pinpoint, "bondOf", [arena.jobId]);
    expect(refusalOf(arena.terms, bond, policy)).to.match(/1 seconds for a move/);
    expect(refusalOf({ extension: 600 }, bond, policy)).to.match(/takes a bond of/);
  });
});
