import { expect } from "chai";
import { earnedOf, statuses } from "../../protocol/index.ts";
import {
  audit,
  commitment,
  commitUpTo,
  goodTerms,
  readJob,
  running,
  stakeOf,
  statusOf,
  submit,
} from "./support/jobs.ts";
import { burnAddress, event, freshWorld, type World } from "./support/world.ts";

describe("a job that its submitter ends early", () => {
  let world: World;
  let accounts: World["accounts"];
  const send = (from: keyof World["accounts"], name: string, ...args: unknown[]) =>
    world.send(accounts[from], world.market, name, args);
  const fails = (from: keyof World["accounts"], name: string, args: unknown[], error: string, ...values: unknown[]) =>
    world.fails(accounts[from], world.market, name, args, error, values);
  const credit = (of: keyof World["accounts"]) => world.credit(world.market, accounts[of]);

  beforeEach(async () => {
    world = await freshWorld();
    accounts = world.accounts;
  });
  afterEach(() => audit(world));

  /** Lets the notice pass, closes the job and settles it. */
  async function settle(jobId: bigint): Promise<Record<string, unknown>> {
    await world.at((await readJob(world, jobId)).deadline + 1n);
    await send("stranger", "expire", jobId);
    await world.at((await readJob(world, jobId)).windowEnd);
    return event(await send("stranger", "settle", jobId), "JobSettled");
  }

  it("gives its solver notice of one extension, and no more than the deadline", async () => {
    const jobId = await running(world, await goodTerms(world));
    await commitUpTo(world, jobId, 1);
    const { submitter, solver } = accounts;
    const at = (await world.now()) + 50n;
    await world.at(at);
    const ended = event(await send("submitter", "end", jobId), "JobEnded");
    expect(ended).to.deep.equal({ jobId, committed: 1, deadline: at + 60n });
    expect(await readJob(world, jobId)).to.include({ status: 2, ended: true, deadline: at + 60n, windowEnd: 0n });
    await fails("submitter", "end", [jobId], "AlreadyEnded", jobId, at + 60n);
    await fails("stranger", "expire", [jobId], "TooEarly", jobId, at + 61n);
    await fails("stranger", "commit", await commitment(world, jobId, 1), "NotSolver", jobId, accounts.stranger, solver);
    await world.at(at + 60n);
    await send("solver", "commit", ...(await commitment(world, jobId, 1)));
    await world.at(at + 61n);
    await fails("solver", "commit", await commitment(world, jobId, 2), "TooLate", jobId, at + 60n);

    const soon = await running(world, await goodTerms(world, { heartbeat: 30 }));
    const { deadline } = await readJob(world, soon);
    expect(event(await send("submitter", "end", soon), "JobEnded")).to.deep.equal({
      jobId: soon,
      committed: 0,
      deadline,
    });
    const late = await running(world, await goodTerms(world, { heartbeat: 30 }));
    const last = (await readJob(world, late)).deadline;
    for (const name of ["solver", "verifier", "stranger"] as const) {
      await fails(name, "end", [late], "NotSubmitter", late, accounts[name], submitter);
    }
    await world.at(last + 1n);
    await fails("submitter", "end", [late], "TooLate", late, last);
  });

  it("pays for the committed steps, gives the rest back and burns nothing", async () => {
    const wanted = await goodTerms(world);
    const jobId = await running(world, wanted);
    await commitUpTo(world, jobId, 2);
    await send("submitter", "end", jobId);
    expect(await settle(jobId)).to.deep.equal({ jobId, status: statuses.indexOf("Ended"), penalty: 0n });
    // 200 of 250 steps.
    expect(await credit("solver")).to.equal(2_400_000n);
    expect(await credit("submitter")).to.equal(600_000n + 14_000n);
    expect(await world.balance(burnAddress)).to.equal(0n);
    expect(await stakeOf(world, accounts.solver)).to.include({ staked: wanted.stake, locked: 0n });
    for (const name of ["solver", "submitter"] as const) await send(name, "withdraw");
    expect(await world.balance(world.market.address)).to.equal(0n);
  });

  it("rounds down to the token's smallest unit, whatever a work unit costs", async () => {
    const longest = { steps: 65_535 * 4_096, interval: 4_096, grid: 64, unitPrice: 10n ** 29n, draws: 65_535 };
    for (const [workUnits, changes, paid] of [
      [1n, { unitPrice: 7n }, 2n],
      [7n, { unitPrice: 1n }, 2n],
      [1n, { unitPrice: 2n }, 0n],
      [1n, longest, 10n ** 29n / 65_535n],
    ] as const) {
      world = await freshWorld();
      const price = workUnits * changes.unitPrice;
      const atRisk = {
        floorPrice: changes.unitPrice,
        valueAtRisk: price,
        verifierStake: price + 1n,
        draws: changes.draws ?? 3,
      };
      const terms = await goodTerms(world, {
        workUnits,
        attestationFee: 0n,
        jackpotFee: 0n,
        gasRate: 0n,
        stake: 10n ** 30n,
        ...atRisk,
        ...changes,
      });
      const jobId = await running(world, terms);
      await commitUpTo(world, jobId, 1);
      await send("submitter", "end", jobId);
      await settle(jobId);
      expect(await credit("solver")).to.equal(paid);
      expect(earnedOf(terms, terms.unitPrice, 1)).to.equal(paid);
      expect((await credit("submitter")) + paid).to.equal(workUnits * terms.unitPrice);
    }
  });

  it("pays nothing for nothing, and the whole price for a job that is complete in the notice", async () => {
    const wanted = await goodTerms(world);
    const idle = await running(world, wanted);
    await send("submitter", "end", idle);
    expect(await settle(idle)).to.include({ status: statuses.indexOf("Ended") });
    expect([await credit("solver"), await credit("submitter")]).to.deep.equal([0n, 3_014_000n]);

    const jobId = await running(world, await goodTerms(world));
    await send("submitter", "end", jobId);
    await commitUpTo(world, jobId, 3);
    expect(await statusOf(world, jobId)).to.equal("Closing");
    await fails("submitter", "end", [jobId], "WrongStatus", jobId, statuses.indexOf("Closing"));
    await world.at((await readJob(world, jobId)).windowEnd);
    const settled = event(await send("stranger", "settle", jobId), "JobSettled");
    expect(settled).to.deep.equal({ jobId, status: statuses.indexOf("Settled"), penalty: 0n });
    expect(await credit("solver")).to.equal(3_000_000n);
  });

  it("waits for its window and its games, and is convicted like any other", async () => {
    const wanted = await goodTerms(world);
    const jobId = await running(world, wanted);
    await commitUpTo(world, jobId, 2);
    await send("submitter", "end", jobId);
    const pinpoint = await world.impersonate(world.pinpoint.address);
    await world.send(pinpoint, world.market, "openDispute", [jobId, 1]);
    await world.at((await readJob(world, jobId)).deadline + 1n);
    await send("stranger", "expire", jobId);
    const { windowEnd } = await readJob(world, jobId);
    await world.at(windowEnd - 1n);
    await fails("stranger", "settle", [jobId], "TooEarly", jobId, windowEnd);
    await world.send(pinpoint, world.market, "openDispute", [jobId, 0]);
    await world.at(windowEnd);
    await fails("stranger", "settle", [jobId], "GamesOpen", jobId, 2n);
    await world.send(pinpoint, world.market, "closeDispute", [jobId]);
    await world.send(pinpoint, world.market, "convict", [jobId, 1, true, 0n]);
    expect(await statusOf(world, jobId)).to.equal("Convicted");
    expect([await credit("solver"), await credit("submitter")]).to.deep.equal([0n, 3_014_000n]);
    expect(await world.balance(burnAddress)).to.equal(wanted.stake);
  });

  it("cannot be one that nobody accepted", async () => {
    const jobId = await submit(world, await goodTerms(world));
    await fails("submitter", "end", [jobId], "WrongStatus", jobId, statuses.indexOf("Open"));
  });
});
