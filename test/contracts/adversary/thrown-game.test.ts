import { expect } from "chai";
import type { Address } from "viem";
import { Arena, verdict } from "../support/games.ts";
import { audit, bondOf, readJob, stakeOf, statusOf } from "../support/jobs.ts";
import { freshWorld, supplyEach, type World } from "../support/world.ts";

/** Either side loses a game on purpose, to an accomplice, and hopes that it decides the others. */
describe("attack: a thrown game", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const gain = async (account: Address) =>
    (await world.balance(account)) + (await world.credit(world.pinpoint, account)) - supplyEach;

  it("by the solver: the other challengers get their bonds and gas back, and he loses his stake", async () => {
    const { solver, challenger, rival, second } = world.accounts;
    const arena = await Arena.create(world);
    const accomplice = await arena.open(rival);
    const early = await arena.open(challenger);
    const late = await arena.open(second);
    await arena.playTo(early, "ChunkReveal");
    await arena.playTo(late, "GridPick");
    // He does not move against his accomplice.
    await arena.atTimeout(accomplice);
    await world.send(rival, world.pinpoint, "timeout", [accomplice]);
    for (const gameId of [early, late]) await world.send(rival, world.pinpoint, "reclaim", [gameId]);
    const { gasRate, stake, bounty } = arena.terms;
    expect(await gain(challenger)).to.equal(BigInt((await arena.game(early)).challengerGas) * gasRate);
    expect(await gain(second)).to.equal(0n);
    const coalition = (await gain(solver)) + (await gain(rival));
    // Bounty and tip of the stake are the coalition's again.
    expect(coalition).to.equal(bounty + 250_000n * gasRate - stake);
    expect((await stakeOf(world, solver)).staked).to.equal(0n);
  });

  it("by a challenger: the solver keeps his stake in this game and loses it in the next", async () => {
    const { challenger, rival } = world.accounts;
    const arena = await Arena.create(world);
    const thrown = await arena.open(rival);
    const honest = await arena.open(challenger);
    await arena.playTo(honest, "TraceReveal");
    await arena.finish(thrown, verdict.challengerWrong);
    expect(await statusOf(world, arena.jobId)).to.equal("Closing");
    expect((await readJob(world, arena.jobId)).openGames).to.equal(1);
    await arena.finish(honest, verdict.defenderWrong);
    expect(await statusOf(world, arena.jobId)).to.equal("Convicted");
    const { gasRate, bounty } = arena.terms;
    expect(await gain(challenger)).to.equal(bounty + BigInt((await arena.game(honest)).challengerGas) * gasRate);
    expect((await gain(rival)) + bondOf(arena.terms)).to.equal(0n);
  });

  it("by a challenger, sixteen times: whoever comes then still convicts", async () => {
    const { challenger, rival } = world.accounts;
    const arena = await Arena.create(world, { window: 50_000 });
    for (let i = 0; i < 16; i++) {
      const gameId = await arena.open(rival);
      await arena.playTo(gameId, "GridPick");
      await arena.atTimeout(gameId);
      await world.send(rival, world.pinpoint, "timeout", [gameId]);
    }
    const honest = await arena.open(challenger);
    await arena.finish(honest, verdict.defenderWrong);
    const { gasRate, bounty } = arena.terms;
    // The winner's gas is repaid, whatever his number.
    expect(await gain(challenger)).to.equal(bounty + BigInt((await arena.game(honest)).challengerGas) * gasRate);
  });
});
