import { expect } from "chai";
import type { Address } from "viem";
import type { Terms } from "../../../protocol/index.ts";
import { Arena, verdict } from "../support/games.ts";
import { audit, bondOf, encoded, goodTerms, timeoutGas } from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { burnAddress, freshWorld, supplyEach, type World } from "../support/world.ts";

const shape = { ...shortShape, steps: 2, grid: 2, step: 1 };
const price = 1_000_000n * 3n;
/** With every segment drawn: ⌈3 · (c + X) · 2 / 3⌉ + c less the price, for c a third of it and X the price. */
const deterrence = 2n * price;
const rates = { bounty: 5_000_000n, gasCap: 300_000, gasRate: 1_000n, latePenalty: 40_000n };
/** What spec/game.md lets a convicted solver's stake pay at most: bounty, the gas of 17 challengers, a timeout's tip. */
const stated = rates.bounty + (17n * BigInt(rates.gasCap) + timeoutGas) * rates.gasRate;
/** Bytes that fill the meter to its cap: it counts 16 a byte, which costs a zero byte less. */
const tail = new Uint8Array(rates.gasCap / 16);

/** A solver who sees his lie found out convicts himself first, to get as much of his stake back as he can. */
describe("attack: a solver who challenges himself", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const wealth = async (account: Address) =>
    (await world.balance(account)) + (await world.credit(world.pinpoint, account));

  /** Moves of whoever is to move until the challenger has moved once, his with a tail. */
  async function meterTo(arena: Arena, gameId: bigint): Promise<void> {
    await arena.playTo(gameId, "CellPick");
    const { name, args } = await arena.rightMove(gameId);
    const move = [gameId, ...(await arena.place(gameId)), ...args];
    await world.send(await arena.mover(gameId), world.pinpoint, name, move, tail);
  }

  /** Seventeen sybil games before the honest one; the last of them convicts, the others are repaid their gas. */
  async function convictHimself(changes: Partial<Terms>) {
    const { solver, rival, challenger } = world.accounts;
    const arena = await Arena.create(world, { ...rates, ...changes }, shape);
    const before = { thief: (await wealth(solver)) + (await wealth(rival)), honest: await wealth(challenger) };
    const sybils: bigint[] = [];
    for (let i = 0; i < 17; i++) sybils.push(await arena.open(i % 2 === 0 ? solver : rival));
    const honest = await arena.open(challenger);
    for (const gameId of sybils) await meterTo(arena, gameId);
    await arena.playTo(honest, "Judgement");
    await arena.finish(sybils[16]!, verdict.defenderWrong);
    for (const gameId of [...sybils.slice(0, 16), honest]) {
      await world.send(challenger, world.pinpoint, "reclaim", [gameId]);
    }
    const recovered = (await wealth(solver)) + (await wealth(rival)) - before.thief;
    const burned = await world.balance(burnAddress);
    return { arena, recovered, burned, honest: (await wealth(challenger)) - before.honest };
  }

  it("gets back no more than the stated sum, however he fills the meter", async () => {
    const stake = stated + rates.latePenalty + deterrence + 1_000_000_000n;
    const { recovered, burned, honest } = await convictHimself({ stake });
    console.log(`      recovered ${recovered} of ${stake}; stated ${stated}`);
    expect(recovered > rates.bounty, "the attack does recover something").to.equal(true);
    expect(recovered <= stated).to.equal(true);
    expect(burned).to.equal(stake - recovered);
    // The eighteenth game is not among those that are repaid: its challenger has his bond back, and paid his own gas.
    expect(honest).to.equal(0n);
  });

  it("at the least stake that terms may ask for loses what the deterrence asks, and the late penalty", async () => {
    const stake = stated + rates.latePenalty + deterrence;
    const terms = encoded(await goodTerms(world, rates));
    expect(await world.read(world.market, "minimumStake", [terms])).to.equal(stake);
    const { recovered, burned } = await convictHimself({ stake });
    expect(burned).to.equal(stake - recovered);
    // No timeout: its tip is not taken.
    expect(burned).to.equal(deterrence + rates.latePenalty + timeoutGas * rates.gasRate);
    expect(burned >= 2n * price, "more than what cheating gained, twice over").to.equal(true);
  });

  it("pays a challenger among the first sixteen his gas, whoever convicts", async () => {
    const { solver, challenger } = world.accounts;
    const arena = await Arena.create(world, rates, shape);
    const honest = await arena.open(challenger);
    const sybil = await arena.open(solver);
    await arena.playTo(honest, "Judgement");
    await arena.finish(sybil, verdict.defenderWrong);
    await world.send(challenger, world.pinpoint, "reclaim", [honest]);
    const { challengerGas, gasCap } = await arena.game(honest);
    expect(challengerGas).to.be.within(100_000, gasCap);
    expect(await wealth(challenger)).to.equal(supplyEach + BigInt(challengerGas) * rates.gasRate);
  });

  it("who gives up by his clock gets back a tip and the bounty, nothing else", async () => {
    const { solver } = world.accounts;
    const arena = await Arena.create(world, rates, shape);
    const before = await wealth(solver);
    const gameId = await arena.open(solver);
    await arena.atTimeout(gameId);
    await world.send(solver, world.pinpoint, "timeout", [gameId]);
    expect((await wealth(solver)) - before).to.equal(rates.bounty + timeoutGas * rates.gasRate);
    expect(bondOf(arena.terms) > 0n).to.equal(true);
  });
});
