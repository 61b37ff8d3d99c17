import { expect } from "chai";
import { zeroHash } from "viem";
import { statuses, type Terms } from "../../protocol/index.ts";
import {
  audit,
  commitment,
  commitUpTo,
  deposit,
  encoded,
  goodTerms,
  readJob,
  rootsOf,
  statusOf,
} from "./support/jobs.ts";
import { running, submit, word } from "./support/jobs.ts";
import { event, freshWorld, type World } from "./support/world.ts";

/** Jobs that start from others' last states, and the models that come of them. */
describe("models and their lines", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const last = (k = 2) => rootsOf(k)[0];
  const market = (name: string, ...args: unknown[]) => world.send(world.accounts.stranger, world.market, name, args);
  const register = (jobId: bigint) => world.send(world.accounts.stranger, world.registry, "register", [jobId]);
  const refused = (jobId: bigint, error: string, ...values: unknown[]) =>
    world.fails(world.accounts.stranger, world.registry, "register", [jobId], error, values);
  const unsubmitted = async (changes: Partial<Terms>, error: string, ...values: unknown[]) => {
    const terms = encoded(await goodTerms(world, changes));
    await world.fails(world.accounts.submitter, world.market, "submit", [terms], error, values);
  };

  /** A job with so many checkpoints that goes to its end: settled, expired, or ended by its submitter. */
  async function finished(changes: Partial<Terms>, committed = 3, end = false): Promise<bigint> {
    const jobId = await running(world, await goodTerms(world, changes));
    await commitUpTo(world, jobId, committed);
    if (end) await world.send(world.accounts.submitter, world.market, "end", [jobId]);
    if (committed < 3) {
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await market("expire", jobId);
    }
    await world.at((await readJob(world, jobId)).windowEnd);
    await market("settle", jobId);
    return jobId;
  }

  async function convict(jobId: bigint): Promise<void> {
    const pinpoint = await world.impersonate(world.pinpoint.address);
    await world.send(pinpoint, world.market, "openDispute", [jobId, 1]);
    await world.send(pinpoint, world.market, "convict", [jobId, 1, true, 0n]);
  }

  it("are the last states that final jobs committed, with the steps of the whole line", async () => {
    const first = await finished({});
    const second = await finished({ parent: first, initialStateRoot: last(), programRoot: word(0xb1) });
    await refused(second, "ParentNotRegistered", second, first);
    expect(event(await register(first), "ModelRegistered")).to.deep.equal({
      jobId: first,
      parent: 0n,
      stateRoot: last(),
      generation: 0,
      steps: 250n,
    });
    await register(second);
    const model = await world.read(world.registry, "model", [second]);
    const told = { stateRoot: last(), programRoot: word(0xb1), datasetRoot: word(0xa2) };
    expect(model).to.deep.equal({ ...told, parent: first, generation: 1, steps: 500n });
    await refused(first, "AlreadyRegistered", first);
    // What two solvers did of one job: the second went on where the first stopped.
    const stopped = await finished({}, 1);
    const tenure = await finished({ parent: stopped, initialStateRoot: last(0), firstStep: 100, steps: 150, draws: 2, verifierStake: 1_500_000n }, 1, true); // prettier-ignore
    for (const jobId of [stopped, tenure]) await register(jobId);
    expect(await world.read(world.registry, "model", [tenure])).to.include({ generation: 1, steps: 200n });
    expect(await world.read(world.market, "claim", [tenure, 0])).to.include({ firstStep: 100, steps: 100 });
  });

  it("are not of jobs that can still fall, have fallen, or committed nothing", async () => {
    const open = await submit(world, await goodTerms(world));
    const run = await running(world, await goodTerms(world, { window: 90_000 }));
    await commitUpTo(world, run, 3);
    const idle = await finished({}, 0);
    for (const jobId of [99n, open, run, idle]) await refused(jobId, "NotFinal", jobId);
    await convict(run);
    await refused(run, "NotFinal", run);
    expect(await world.read(world.registry, "model", [run])).to.include({ stateRoot: zeroHash, steps: 0n });
  });

  it("start jobs when they are final, or complete and waiting; only from their last state", async () => {
    const at = (status: string) => statuses.indexOf(status as "Open");
    const open = await submit(world, await goodTerms(world));
    await unsubmitted({ parent: 99n }, "WrongStatus", 99n, at("None"));
    await unsubmitted({ parent: open }, "WrongStatus", open, at("Open"));
    const run = await running(world, await goodTerms(world, { window: 90_000 }));
    await commitUpTo(world, run, 2);
    await unsubmitted({ parent: run, initialStateRoot: last(1) }, "WrongStatus", run, at("Running"));
    await commitUpTo(world, run, 3);
    await unsubmitted({ parent: run }, "WrongParentState", run, last(), word(0xa3));
    await submit(world, await goodTerms(world, { parent: run, initialStateRoot: last() }));
    const idle = await finished({}, 0);
    await unsubmitted({ parent: idle }, "NotCommitted", idle, 0n, 0n);
    for (const [jobId, k] of [
      [await finished({}, 1), 0],
      [await finished({}, 2, true), 1],
      [await finished({}), 2],
    ] as const)
      // prettier-ignore
      await submit(world, await goodTerms(world, { parent: jobId, initialStateRoot: last(k) }));
    const late = await running(world, await goodTerms(world));
    await commitUpTo(world, late, 1);
    await world.at((await readJob(world, late)).deadline + 1n);
    await market("expire", late);
    await unsubmitted({ parent: late, initialStateRoot: last(0) }, "WrongStatus", late, at("Closing"));
    await convict(run);
    await unsubmitted({ parent: run, initialStateRoot: last() }, "WrongStatus", run, at("Convicted"));
  });

  it("fall with their parents: a child waits, is paid out of its own escrow, and is no model, nor is its child", async () => {
    const { solver, submitter } = world.accounts;
    const parent = await running(world, await goodTerms(world, { window: 90_000 }));
    await commitUpTo(world, parent, 3);
    const child = await running(world, await goodTerms(world, { parent, initialStateRoot: last() }));
    await commitUpTo(world, child, 3);
    const grandchild = await running(world, await goodTerms(world, { parent: child, initialStateRoot: last() }));
    await commitUpTo(world, grandchild, 3);
    await world.at((await readJob(world, grandchild)).windowEnd);
    await world.fails(submitter, world.market, "settle", [child], "ParentUnsettled", [child, parent]);
    await world.fails(submitter, world.market, "settle", [grandchild], "ParentUnsettled", [grandchild, child]);
    await convict(parent);
    for (const jobId of [child, grandchild]) {
      const before = [await world.credit(world.market, solver), await world.credit(world.market, submitter)] as const;
      await market("settle", jobId);
      expect(await statusOf(world, jobId)).to.equal("Ended");
      // All of its steps are committed, so all of its price is the solver's; fees and jackpot fee go back.
      expect((await world.credit(world.market, solver)) - before[0]).to.equal(3_000_000n);
      expect((await world.credit(world.market, submitter)) - before[1]).to.equal(14_000n);
    }
    await refused(child, "ParentNotRegistered", child, parent);
    await refused(grandchild, "ParentNotRegistered", grandchild, child);
    expect(await world.read(world.market, "jackpotPool")).to.equal(0n);
  });

  it("of a parent that settles count like any other", async () => {
    const parent = await running(world, await goodTerms(world));
    await commitUpTo(world, parent, 3);
    const child = await running(world, await goodTerms(world, { parent, initialStateRoot: last() }));
    await commitUpTo(world, child, 3);
    await world.at((await readJob(world, child)).windowEnd);
    await market("settle", parent);
    await market("settle", child);
    expect(await statusOf(world, child)).to.equal("Settled");
    for (const jobId of [parent, child]) await register(jobId);
  });

  describe("the auction", () => {
    const rising = { floorPrice: 1n, unitPrice: 3n, auction: 800, stake: 60_000_000_000n };

    it("rises from the floor to the cap, and what it saves goes back at acceptance", async () => {
      const { solver, submitter } = world.accounts;
      for (const [elapsed, price] of [
        [2n, 1n],
        [399n, 1n],
        [400n, 2n],
        [799n, 2n],
        [800n, 3n],
        [999n, 3n],
      ] as const) {
        world = await freshWorld();
        const acceptBy = (await world.now()) + 2_000n;
        const jobId = await submit(world, await goodTerms(world, { ...rising, acceptBy }));
        const { openedAt, termsHash } = await readJob(world, jobId);
        await deposit(world, solver, rising.stake);
        if (elapsed > 1n) await world.at(openedAt + elapsed);
        const accepted = await world.send(solver, world.market, "accept", [jobId, termsHash, ""]);
        expect(event(accepted, "JobAccepted")).to.include({ unitPrice: price });
        expect(await world.credit(world.market, submitter)).to.equal(1_000_000n * (3n - price));
        await audit(world);
      }
      await world.readFails(world.market, "auctionPrice", [1n], "WrongStatus", [1n, statuses.indexOf("Running")]);
    });

    it("is for one solver alone where the terms name him", async () => {
      const { solver, rival } = world.accounts;
      const terms = await goodTerms(world, { solver });
      const jobId = await submit(world, terms);
      const { termsHash } = await readJob(world, jobId);
      for (const account of [solver, rival]) await deposit(world, account, terms.stake);
      const args = [jobId, termsHash, ""];
      await world.fails(rival, world.market, "accept", args, "NotNamedSolver", [jobId, rival, solver]);
      await world.send(solver, world.market, "accept", args);
    });
  });

  describe("the heartbeat", () => {
    it("gives each checkpoint its own time, and an end takes it back to its notice", async () => {
      const { solver, stranger, submitter } = world.accounts;
      const jobId = await running(world, await goodTerms(world, { heartbeat: 300 }));
      const commit = async (k: number) => world.send(solver, world.market, "commit", await commitment(world, jobId, k));
      await world.at((await readJob(world, jobId)).deadline);
      await commit(0);
      const { deadline } = await readJob(world, jobId);
      expect(deadline).to.equal((await world.now()) + 300n);
      await world.fails(stranger, world.market, "expire", [jobId], "TooEarly", [jobId, deadline + 1n]);
      await world.send(submitter, world.market, "end", [jobId]);
      const notice = (await world.now()) + 60n;
      await commit(1);
      expect((await readJob(world, jobId)).deadline).to.equal(notice);
      await world.at(notice + 1n);
      await world.send(stranger, world.market, "expire", [jobId]);
      expect(await readJob(world, jobId)).to.include({ committed: 2, ended: true });
    });
  });
});
