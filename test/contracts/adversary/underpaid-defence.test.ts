import { expect } from "chai";
import { parseSolverConfig } from "../../../daemon/index.ts";
import { refusalOf } from "../../../solver/index.ts";
import { Arena, verdict } from "../support/games.ts";
import { audit, bondOf, goodTerms } from "../support/jobs.ts";
import { deepShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

/** Gas that a game repays is the submitter's choice, and the contracts allow any. */
const terms = { gasCap: 1, gasRate: 1_000n, replayCompensation: 0n };

/**
 * A submitter who wants his money back challenges the honest solver himself, under terms that repay nothing of a defence: a
 * bond that he hardly feels, and gas that the solver pays until he has none left and loses by the clock.
 */
describe("attack: challenges that cost the solver more than the challenger", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  it("takes most of the gas of every defence from the solver", async () => {
    const { submitter, solver } = world.accounts;
    const arena = await Arena.create(world, terms, deepShape);
    await arena.setVerdict(verdict.challengerWrong);
    const gameId = await arena.open(submitter);
    let spent = 0n;
    while ((await arena.phase(gameId)) !== "DefenderWon") {
      const own = (await arena.mover(gameId)) === solver;
      const { gasUsed } = await arena.move(gameId);
      if (own) spent += gasUsed * terms.gasRate;
    }
    const repaid = await world.credit(world.pinpoint, solver);
    console.log(`      repaid ${repaid} of ${spent}, for a bond of ${bondOf(arena.terms)}`);
    expect(repaid).to.equal(terms.gasRate);
    expect(spent - repaid > bondOf(arena.terms)).to.equal(true);
  });

  it("is a job that a solver leaves as he comes, and one whose gas rate is below his", async () => {
    const key = `0x${"11".repeat(32)}`;
    const options = { deployment: "d", dataDir: "d", minGasRate: 2_000n };
    const policy = parseSolverConfig(options, { PINPOINT_KEY: key });
    const now = await world.now();
    const job = { submitter: world.accounts.submitter };
    expect(refusalOf(job, await goodTerms(world, terms), policy, world.accounts.solver, now)).to.match(
      /repays 1 gas of a game/,
    );
    expect(refusalOf(job, await goodTerms(world, { gasCap: 1_000_000 }), policy, world.accounts.solver, now)).to.match(
      /pays 1000 for gas/,
    );
    const fair = await goodTerms(world, { gasCap: 1_000_000, gasRate: 2_000n });
    expect(refusalOf(job, fair, policy, world.accounts.solver, now)).to.equal(undefined);
  });
});
