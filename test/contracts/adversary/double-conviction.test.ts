import { expect } from "chai";
import type { Address } from "viem";
import { Arena, verdict } from "../support/games.ts";
import { audit, commitment, deposit, readJob, running, stakeOf, statusOf, word } from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { burnAddress, freshWorld, type World } from "../support/world.ts";

/** Two challengers hold the same solver at the last move; the second wants a bounty too. */
describe("attack: the same lie convicted twice", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const credit = (account: Address) => world.credit(world.pinpoint, account);

  it("the second judgement is refused, the stake is slashed once, one bounty is paid", async () => {
    const { challenger, rival, stranger, solver } = world.accounts;
    const arena = await Arena.create(world, {}, shortShape);
    const [first, second] = [await arena.open(challenger), await arena.open(rival)];
    await arena.playTo(second, "Judgement");
    const place = await arena.place(second);
    await arena.finish(first, verdict.defenderWrong);
    const [slashed, burned] = [await stakeOf(world, solver), await world.balance(burnAddress)];
    const { args } = await arena.rightMove(second);
    await world.fails(rival, world.pinpoint, "judge", [second, ...place, ...args], "GameIsVoid", [second]);
    await world.fails(stranger, world.pinpoint, "timeout", [second], "GameIsVoid", [second]);
    expect(await stakeOf(world, solver)).to.deep.equal(slashed);
    await world.send(rival, world.pinpoint, "reclaim", [second]);
    await world.fails(rival, world.pinpoint, "reclaim", [second], "GameFinished", [second, 16]);
    const { gasRate, gasCap, bounty, stake } = arena.terms;
    const used = (await Promise.all([first, second].map((id) => arena.game(id)))).map(
      ({ challengerGas }) => challengerGas,
    );
    const bond = await world.read<bigint>(world.pinpoint, "bondOf", [arena.jobId]);
    expect(await credit(challenger)).to.equal(bond + bounty + BigInt(used[0]!) * gasRate);
    expect(await credit(rival)).to.equal(bond + BigInt(used[1]!) * gasRate);
    const reserve = BigInt(gasCap) * gasRate;
    expect(burned).to.equal(stake - bounty - BigInt(used[0]!) * gasRate - reserve);
    expect(await world.balance(burnAddress)).to.equal(burned + reserve - BigInt(used[1]!) * gasRate);
  });

  it("nobody but Pinpoint convicts, and not a job that is over", async () => {
    const { solver, challenger } = world.accounts;
    const arena = await Arena.create(world, {}, shortShape);
    const { market, pinpoint } = world;
    for (const [name, args] of [
      ["convict", [arena.jobId, 0, true, 1n]],
      ["openDispute", [arena.jobId, 0]],
      ["closeDispute", [arena.jobId]],
    ] as const) {
      await world.fails(challenger, market, name, args, "NotBound", [challenger, pinpoint.address]);
    }
    await arena.finish(await arena.open(), verdict.defenderWrong);
    const judge = await world.impersonate(pinpoint.address);
    await world.fails(judge, market, "convict", [arena.jobId, 0, true, 0n], "WrongStatus", [arena.jobId, 7]);
    expect((await stakeOf(world, solver)).staked).to.equal(0n);
  });

  it("a conviction takes nothing of what the solver locked for another job", async () => {
    const { solver } = world.accounts;
    const arena = await Arena.create(world, {}, shortShape);
    const other = await running(world, arena.terms);
    await deposit(world, solver, 77n);
    await world.send(solver, world.staking, "unbond", [70n]);
    await arena.finish(await arena.open(), verdict.defenderWrong);
    expect(await stakeOf(world, solver)).to.include({
      staked: arena.terms.stake + 77n,
      locked: arena.terms.stake,
      unbonding: 70n,
    });
    expect(await statusOf(world, other)).to.equal("Running");
    await world.send(solver, world.market, "commit", await commitment(world, other, 0, [word(1), word(2)]));
    expect((await readJob(world, other)).committed).to.equal(1);
  });
});
