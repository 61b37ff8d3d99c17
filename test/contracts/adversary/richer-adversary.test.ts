import { expect } from "chai";
import type { Address } from "viem";
import type { Terms } from "../../../protocol/index.ts";
import { Arena, disputed, verdict } from "../support/games.ts";
import { audit, bondOf, word } from "../support/jobs.ts";
import { deepShape, type ToyShape } from "../support/toy.ts";
import { freshWorld, type World } from "../support/world.ts";

const gwei = 10n ** 9n;
/** Reveals and proofs as long as they get: 64 steps, 64 nodes, 64 chunks at a time. */
const widest: ToyShape = {
  ...deepShape,
  steps: 4_096,
  grid: 64,
  step: 2_000,
  left: 4_000,
  operator: 2_001,
  words: 2 ** 20,
  chunk: 3_000,
};
const shapes = { "a usual game": deepShape, "the widest game": widest };
/** UNITS: gas. What an opening costs its challenger at most; no game repays it, the bounty has to. */
const openingGas = 400_000n;
/** Shares in hundredths. The floor of what calldata costs is not metered. */
const leastRepaid = 98n;

/** Whoever has more money plays on until the other side has none left: what that side lays out is bounded, and comes back. */
describe("attack: an adversary who is richer", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const credit = (account: Address) => world.credit(world.pinpoint, account);

  /** Terms whose token is worth a wei, at a gas price. */
  const priced = (gasRate: bigint): Partial<Terms> => ({
    gasRate,
    gasCap: 2_000_000,
    stake: 40_000_000n * gasRate,
    replayCompensation: 0n,
    bounty: openingGas * gasRate,
  });

  /** Plays a game to its end. Gas of each account's moves, as receipts say it. */
  async function play(arena: Arena, gameId: bigint, value: number): Promise<(account: Address) => bigint> {
    const spent = new Map<Address, bigint>();
    await arena.setVerdict(value);
    while (!["ChallengerWon", "DefenderWon"].includes(await arena.phase(gameId))) {
      const mover = await arena.mover(gameId);
      const { gasUsed } = await arena.move(gameId);
      spent.set(mover, (spent.get(mover) ?? 0n) + gasUsed);
    }
    return (account) => spent.get(account) ?? 0n;
  }

  for (const price of [1n, 50n, 500n]) {
    for (const [name, shape] of Object.entries(shapes)) {
      it(`${name} at ${price} gwei: the loser repays the winner's moves`, async () => {
        const { solver, challenger, rival } = world.accounts;
        const gasRate = price * gwei;
        const arena = await Arena.create(world, priced(gasRate), shape);
        const lost = await play(arena, await arena.open(rival), verdict.challengerWrong);
        expect((await credit(solver)) * 100n >= lost(solver) * gasRate * leastRepaid).to.equal(true);
        const args = [arena.jobId, disputed, arena.toy.endRoot, word(99)];
        const opened = await world.send(challenger, world.pinpoint, "open", args);
        const won = await play(arena, await world.read(world.pinpoint, "gameCount"), verdict.defenderWrong);
        const repaid = (await credit(challenger)) - bondOf(arena.terms);
        console.log(
          `      defender ${(await credit(solver)) / gasRate} of ${lost(solver)} gas,`,
          `challenger ${repaid / gasRate - openingGas} of ${won(challenger)}, and ${opened.gasUsed} to open`,
        );
        expect(opened.gasUsed <= openingGas).to.equal(true);
        expect(repaid >= (opened.gasUsed + won(challenger)) * gasRate).to.equal(true);
        // Either side's bond or stake had enough in it: the cap did not bite.
        for (const id of [1n, 2n]) {
          const { defenderGas, challengerGas, gasCap } = await arena.game(id);
          expect(Math.max(defenderGas, challengerGas)).to.be.below(gasCap);
        }
      });
    }
  }

  it("has more money locked in his games than the solver lays out, at every moment", async () => {
    const { solver, rival } = world.accounts;
    const gasRate = 50n * gwei;
    const arena = await Arena.create(world, priced(gasRate), widest);
    await arena.setVerdict(verdict.challengerWrong);
    const games = await Promise.all([1n, 2n, 3n, 4n].map(async (id) => (await arena.open(rival)) && id));
    let spent = 0n;
    for (let open = games; open.length > 0;) {
      for (const gameId of open) {
        const mover = await arena.mover(gameId);
        const { gasUsed } = await arena.move(gameId);
        if (mover === solver) spent += gasUsed * gasRate;
      }
      const phases = await Promise.all(open.map((gameId) => arena.phase(gameId)));
      open = open.filter((_, index) => phases[index] !== "DefenderWon");
      const outlay = spent - (await credit(solver));
      expect(outlay <= bondOf(arena.terms) * BigInt(open.length) + (spent * (100n - leastRepaid)) / 100n).to.equal(
        true,
      );
    }
    expect((await credit(solver)) * 100n >= spent * leastRepaid).to.equal(true);
    const { verifier } = world.accounts;
    const lost = (await world.balance(verifier)) - (await world.balance(rival));
    expect(lost).to.equal(bondOf(arena.terms) * 4n);
  });
});
