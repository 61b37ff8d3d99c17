import { expect } from "chai";
import { parseEventLogs, type Address, type Log } from "viem";
import { testTokenAbi } from "../../../protocol/index.ts";
import { Arena, verdict } from "../support/games.ts";
import { audit, readJob, statusOf } from "../support/jobs.ts";
import { shortShape } from "../support/toy.ts";
import { burnAddress, freshWorld, type World } from "../support/world.ts";

/** Who can refuse a payment could hold up a verdict. Nothing is ever pushed to a party: it is owed, and fetched. */
describe("attack: a party that cannot or will not be paid", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const transfers = async () =>
    parseEventLogs({
      abi: testTokenAbi,
      eventName: "Transfer",
      logs: (await world.logs(world.token.address)) as Log[],
    }).map(({ args }) => args as { from: Address; to: Address });

  it("verdicts, timeouts, voids and settlements move tokens to Pinpoint and the burn address only", async () => {
    const { challenger, rival, stranger } = world.accounts;
    const lost = await Arena.create(world, {}, shortShape);
    const kept = await Arena.create(world, {}, shortShape);
    const games = [await lost.open(challenger), await lost.open(rival)] as const;
    const [judged, expired] = [await kept.open(challenger), await kept.open(rival)];
    const before = (await transfers()).length;

    await lost.finish(games[0], verdict.defenderWrong);
    await world.send(stranger, world.pinpoint, "reclaim", [games[1]]);
    await kept.finish(judged, verdict.challengerWrong);
    await kept.playTo(expired, "SidePick");
    await kept.atTimeout(expired);
    await world.send(stranger, world.pinpoint, "timeout", [expired]);
    await world.at((await readJob(world, kept.jobId)).windowEnd);
    await world.send(stranger, world.market, "settle", [kept.jobId]);

    expect([await statusOf(world, lost.jobId), await statusOf(world, kept.jobId)]).to.deep.equal([
      "Convicted",
      "Settled",
    ]);
    const moved = (await transfers()).slice(before);
    expect(moved.length).to.be.at.least(5);
    for (const { to } of moved) expect([world.pinpoint.address, burnAddress]).to.include(to);
  });

  it("one party's withdrawal takes nothing of another's, in whatever order", async () => {
    const { challenger, stranger, solver } = world.accounts;
    const arena = await Arena.create(world, {}, shortShape);
    await arena.finish(await arena.open(challenger), verdict.challengerWrong);
    const timedOut = await arena.open(challenger);
    await arena.playTo(timedOut, "SidePick");
    await arena.atTimeout(timedOut);
    await world.send(stranger, world.pinpoint, "timeout", [timedOut]);
    const owed = [await world.credit(world.pinpoint, solver), await world.credit(world.pinpoint, stranger)] as const;
    const had = await world.balance(stranger);
    await world.send(stranger, world.pinpoint, "withdraw");
    expect((await world.balance(stranger)) - had).to.equal(owed[1]);
    await world.fails(stranger, world.pinpoint, "withdraw", [], "NothingOwed", [stranger]);
    expect(await world.credit(world.pinpoint, solver)).to.equal(owed[0]);
    await world.send(solver, world.pinpoint, "withdraw");
    expect(await world.balance(world.pinpoint.address)).to.equal(0n);
  });
});
