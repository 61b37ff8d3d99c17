import { expect } from "chai";
import { earnedOf, escrowOf } from "../../../protocol/index.ts";
import {
  audit,
  commitment,
  commitUpTo,
  goodTerms,
  readJob,
  rootsOf,
  running,
  stakeOf,
  statusOf,
  word,
} from "../support/jobs.ts";
import { freshWorld, type World } from "../support/world.ts";

/**
 * A submitter reads a commitment before it is in a block, ends the job in front of it, and hopes to keep the checkpoint
 * and the price; or solver and submitter hope to settle what a verifier would convict.
 */
describe("attack: an end in front of a commitment", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  async function settle(jobId: bigint): Promise<void> {
    await world.at((await readJob(world, jobId)).deadline + 1n);
    await world.send(world.accounts.stranger, world.market, "expire", [jobId]);
    await world.at((await readJob(world, jobId)).windowEnd);
    await world.send(world.accounts.stranger, world.market, "settle", [jobId]);
  }

  it("takes neither the whole work of a job of one segment, nor the last segment of a long one", async () => {
    const { submitter, solver } = world.accounts;
    for (const [steps, committed] of [
      [100, 0],
      [250, 1],
    ] as const) {
      world = await freshWorld();
      const terms = await goodTerms(world, { steps, draws: 1, verifierStake: 3_000_000n });
      const jobId = await running(world, terms);
      await commitUpTo(world, jobId, committed);
      // Both are mined in the order of their gas prices: the end first.
      await world.send(submitter, world.market, "end", [jobId]);
      await world.send(solver, world.market, "commit", await commitment(world, jobId, committed));
      const complete = committed + 1 === (await readJob(world, jobId)).checkpoints;
      if (!complete) await settle(jobId);
      else {
        await world.at((await readJob(world, jobId)).windowEnd);
        await world.send(submitter, world.market, "settle", [jobId]);
      }
      const paid = await world.credit(world.market, solver);
      expect(paid).to.equal(earnedOf(terms, terms.unitPrice, committed + 1));
      expect(paid).to.equal(complete ? 3_000_000n : 2_400_000n);
    }
  });

  it("cannot be repeated to take the notice back, nor used on another's job", async () => {
    const { submitter, solver, rival, stranger } = world.accounts;
    const jobId = await running(world, await goodTerms(world));
    const at = (await world.now()) + 10n;
    await world.at(at);
    await world.send(submitter, world.market, "end", [jobId]);
    for (const seconds of [1n, 30n, 60n]) {
      await world.at(at + seconds);
      await world.fails(submitter, world.market, "end", [jobId], "AlreadyEnded", [jobId, at + 60n]);
    }
    for (const caller of [solver, rival, stranger, world.pinpoint.address]) {
      const from = caller === world.pinpoint.address ? await world.impersonate(caller) : caller;
      await world.fails(from, world.market, "end", [jobId], "NotSubmitter", [jobId, caller, submitter]);
    }
  });

  it("does not let a solver sell garbage in the notice: it is disputed as ever, and all of the price comes back", async () => {
    const { submitter, solver, challenger } = world.accounts;
    const terms = await goodTerms(world);
    const jobId = await running(world, terms);
    await commitUpTo(world, jobId, 1);
    await world.send(submitter, world.market, "end", [jobId]);
    await world.send(solver, world.market, "commit", await commitment(world, jobId, 1, [word(0xbad), word(0xbad)]));
    await world.send(challenger, world.pinpoint, "open", [jobId, 1, word(0xbad), word(0x900d)]);
    const opened = await world.now();
    await world.at((await readJob(world, jobId)).deadline + 1n);
    await world.send(solver, world.market, "expire", [jobId]);
    // He cannot open a root that he made up, and runs out of time.
    await world.at(opened + BigInt(terms.clock) + 1n);
    await world.send(challenger, world.pinpoint, "timeout", [1n]);
    expect(await statusOf(world, jobId)).to.equal("Convicted");
    expect(await world.credit(world.market, solver)).to.equal(0n);
    expect(await world.credit(world.market, submitter)).to.equal(escrowOf(terms));
    expect(await stakeOf(world, solver)).to.include({ staked: 0n, locked: 0n });
  });

  it("by a solver in league with his submitter saves no stake from a conviction", async () => {
    const { submitter, solver, challenger, stranger } = world.accounts;
    const jobId = await running(world, await goodTerms(world));
    await commitUpTo(world, jobId, 2);
    await world.send(submitter, world.market, "end", [jobId]);
    const job = await readJob(world, jobId);
    await world.at(job.deadline + 1n);
    await world.send(solver, world.market, "expire", [jobId]);
    const { windowEnd } = await readJob(world, jobId);
    expect(windowEnd - job.deadline).to.equal(2_001n);
    await world.at(windowEnd - 1n);
    await world.send(challenger, world.pinpoint, "open", [jobId, 1, rootsOf(1)[0], word(0x900d)]);
    await world.at(windowEnd + 1_000n);
    await world.send(stranger, world.pinpoint, "timeout", [1n]);
    expect(await statusOf(world, jobId)).to.equal("Convicted");
    expect(await stakeOf(world, solver)).to.include({ staked: 0n, locked: 0n });
  });
});
