import { expect } from "chai";
import type { Address } from "viem";
import { creditReasons, escrowOf, statuses } from "../../protocol/index.ts";
import {
  audit,
  closing,
  commitment,
  commitUpTo,
  deposit,
  goodTerms,
  readJob,
  rootsOf,
  running,
  stakeOf,
  statusOf,
  submit,
  word,
} from "./support/jobs.ts";
import { event, freshWorld, type World } from "./support/world.ts";

const zeroAddress: Address = `0x${"00".repeat(20)}`;

describe("JobMarket", () => {
  let world: World;
  let accounts: World["accounts"];
  const status = (jobId: bigint) => statusOf(world, jobId);
  const send = (from: Address, name: string, ...args: unknown[]) => world.send(from, world.market, name, args);
  const fails = (from: Address, name: string, args: unknown[], error: string, ...values: unknown[]) =>
    world.fails(from, world.market, name, args, error, values);

  beforeEach(async () => {
    world = await freshWorld();
    accounts = world.accounts;
  });
  afterEach(() => audit(world));

  /** Pinpoint's address, to call as. */
  const asPinpoint = () => world.impersonate(world.pinpoint.address);

  /** Jobs in every status, each on a world of its own: what brings a job there, and what calls are legal then. */
  const inStatus: Record<string, () => Promise<bigint>> = {
    None: () => Promise.resolve(9n),
    Open: async () => submit(world, await goodTerms(world)),
    Running: async () => running(world, await goodTerms(world)),
    Closing: async () => closing(world, await goodTerms(world)),
    Settled: async () => {
      const jobId = await closing(world, await goodTerms(world));
      await world.at((await readJob(world, jobId)).windowEnd);
      await send(accounts.stranger, "settle", jobId);
      return jobId;
    },
    Expired: async () => {
      const jobId = await running(world, await goodTerms(world));
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await send(accounts.stranger, "expire", jobId);
      await world.at((await readJob(world, jobId)).windowEnd);
      await send(accounts.stranger, "settle", jobId);
      return jobId;
    },
    Ended: async () => {
      const jobId = await running(world, await goodTerms(world));
      await send(accounts.submitter, "end", jobId);
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await send(accounts.stranger, "expire", jobId);
      await world.at((await readJob(world, jobId)).windowEnd);
      await send(accounts.stranger, "settle", jobId);
      return jobId;
    },
    Cancelled: async () => {
      const jobId = await submit(world, await goodTerms(world));
      await send(accounts.submitter, "cancel", jobId);
      return jobId;
    },
    Convicted: async () => {
      const jobId = await running(world, await goodTerms(world));
      await commitUpTo(world, jobId, 2);
      await send(await asPinpoint(), "openDispute", jobId, 1);
      await send(await asPinpoint(), "convict", jobId, 1, true, 0n);
      return jobId;
    },
  };

  describe("acceptance", () => {
    it("locks the stake and starts the deadline", async () => {
      const wanted = await goodTerms(world);
      const jobId = await submit(world, wanted);
      const { termsHash } = await readJob(world, jobId);
      await deposit(world, accounts.solver, wanted.stake + 5n);
      await world.at(wanted.acceptBy);
      const accepted = event(await send(accounts.solver, "accept", jobId, termsHash, "http://solver"), "JobAccepted");
      const deadline = wanted.acceptBy + BigInt(wanted.heartbeat);
      const { solver } = accounts;
      expect(accepted).to.deep.equal({ jobId, solver, unitPrice: 3n, deadline, uri: "http://solver" });
      expect(await readJob(world, jobId)).to.include({
        status: 2,
        solver: accounts.solver,
        deadline,
        uri: "http://solver",
      });
      expect(await stakeOf(world, accounts.solver)).to.include({ staked: wanted.stake + 5n, locked: wanted.stake });
    });

    it("is refused for other terms, too late, with a long uri and without free stake", async () => {
      const wanted = await goodTerms(world);
      const jobId = await submit(world, wanted);
      const { termsHash } = await readJob(world, jobId);
      const { solver } = accounts;
      await fails(solver, "accept", [jobId, word(1), ""], "WrongTerms", jobId, termsHash, word(1));
      await fails(solver, "accept", [jobId, termsHash, "x".repeat(257)], "UriTooLong", 257n, 256n);
      await deposit(world, solver, wanted.stake - 1n);
      const free = wanted.stake - 1n;
      const target = { ...world.market, abi: [...world.market.abi, ...world.staking.abi] };
      await world.fails(solver, target, "accept", [jobId, termsHash, ""], "InsufficientFree", [
        solver,
        free,
        wanted.stake,
      ]);
      await world.at(wanted.acceptBy + 1n);
      await fails(solver, "accept", [jobId, termsHash, ""], "TooLate", jobId, wanted.acceptBy);
    });

    it("cannot lock the same stake twice", async () => {
      const wanted = await goodTerms(world);
      await running(world, wanted);
      const jobId = await submit(world, { ...wanted, acceptBy: (await world.now()) + 100n });
      const { termsHash } = await readJob(world, jobId);
      await fails(
        accounts.solver,
        "accept",
        [jobId, termsHash, ""],
        "InsufficientFree",
        accounts.solver,
        0n,
        wanted.stake,
      );
    });
  });

  it("gives a cancelled job's escrow back", async () => {
    const wanted = await goodTerms(world);
    const jobId = await submit(world, wanted);
    await fails(accounts.solver, "cancel", [jobId], "NotSubmitter", jobId, accounts.solver, accounts.submitter);
    const receipt = await send(accounts.submitter, "cancel", jobId);
    expect(event(receipt, "JobCancelled")).to.deep.equal({ jobId });
    expect(event(receipt, "Credited")).to.deep.equal({
      account: accounts.submitter,
      amount: escrowOf(wanted),
      reason: creditReasons.indexOf("Cancelled"),
      subject: jobId,
    });
    const before = await world.balance(accounts.submitter);
    const withdrawn = event(await send(accounts.submitter, "withdraw"), "Withdrawn");
    const { submitter } = accounts;
    expect(withdrawn).to.deep.equal({ account: submitter, recipient: submitter, amount: escrowOf(wanted) });
    expect(await world.balance(accounts.submitter)).to.equal(before + escrowOf(wanted));
    await fails(accounts.submitter, "withdraw", [], "NothingOwed", accounts.submitter);
  });

  it("pays a credit to another account if its owner says so", async () => {
    const { submitter, stranger } = accounts;
    const wanted = await goodTerms(world);
    await send(submitter, "cancel", await submit(world, wanted));
    for (const nobody of [zeroAddress, world.market.address]) {
      await fails(submitter, "withdrawTo", [nobody], "WrongRecipient", nobody);
    }
    await fails(stranger, "withdrawTo", [stranger], "NothingOwed", stranger);
    const before = [await world.balance(submitter), await world.balance(stranger)] as const;
    const withdrawn = event(await send(submitter, "withdrawTo", stranger), "Withdrawn");
    expect(withdrawn).to.deep.equal({ account: submitter, recipient: stranger, amount: escrowOf(wanted) });
    expect(await world.balance(submitter)).to.equal(before[0]);
    expect(await world.balance(stranger)).to.equal(before[1] + escrowOf(wanted));
    await fails(submitter, "withdrawTo", [stranger], "NothingOwed", submitter);
  });

  describe("checkpoints", () => {
    it("are committed in order by the solver until the deadline; the last one opens the window", async () => {
      const wanted = await goodTerms(world);
      const jobId = await running(world, wanted);
      const { solver, stranger } = accounts;
      await fails(stranger, "commit", await commitment(world, jobId, 0), "NotSolver", jobId, stranger, solver);
      await fails(solver, "commit", await commitment(world, jobId, 1), "WrongCheckpoint", jobId, 1n, 0n);
      const { termsHash } = await readJob(world, jobId);
      const other = word(7);
      await fails(solver, "commit", [jobId, other, 0, ...rootsOf(0)], "WrongTerms", jobId, termsHash, other);
      const [stateRoot, segmentRoot] = rootsOf(0);
      const committed = event(
        await send(solver, "commit", ...(await commitment(world, jobId, 0))),
        "CheckpointCommitted",
      );
      // Each checkpoint has its own time.
      expect(committed).to.deep.equal({ jobId, k: 0, stateRoot, segmentRoot, deadline: (await world.now()) + 5_000n });
      await fails(solver, "commit", await commitment(world, jobId, 0), "WrongCheckpoint", jobId, 0n, 1n);
      await commitUpTo(world, jobId, 2);
      const { deadline } = await readJob(world, jobId);
      expect(deadline).to.equal((await world.now()) + 5_000n);
      await world.at(deadline);
      const last = await send(solver, "commit", ...(await commitment(world, jobId, 2)));
      expect(event(last, "CheckpointCommitted")).to.include({ k: 2, deadline });
      const { drawBlock } = await readJob(world, jobId);
      expect(event(last, "JobClosing")).to.deep.equal({ jobId, windowEnd: deadline + 2_000n, drawBlock });
      expect(await status(jobId)).to.equal("Closing");
    });

    it("are refused after the deadline, and the job expires", async () => {
      const jobId = await running(world, await goodTerms(world));
      await commitUpTo(world, jobId, 1);
      const { deadline } = await readJob(world, jobId);
      await world.at(deadline);
      await fails(accounts.stranger, "expire", [jobId], "TooEarly", jobId, deadline + 1n);
      await world.at(deadline + 1n);
      await fails(accounts.solver, "commit", await commitment(world, jobId, 1), "TooLate", jobId, deadline);
      const expired = event(await send(accounts.stranger, "expire", jobId), "JobExpired");
      const { drawBlock } = await readJob(world, jobId);
      expect(expired).to.deep.equal({ jobId, committed: 1, windowEnd: (await world.now()) + 2_000n, drawBlock });
    });

    it("say what they claim: start, end, steps and grid of each segment", async () => {
      const wanted = await goodTerms(world);
      const jobId = await closing(world, wanted);
      const common = { programRoot: wanted.programRoot, datasetRoot: wanted.datasetRoot, grid: 10, seed: 7, order: 2 };
      const spans = [
        [0, 100],
        [100, 100],
        [200, 50],
      ] as const;
      for (const [k, [firstStep, steps]] of spans.entries()) {
        const [endRoot, segmentRoot] = rootsOf(k);
        const startRoot = k === 0 ? wanted.initialStateRoot : rootsOf(k - 1)[0];
        const claim = { ...common, startRoot, endRoot, segmentRoot, firstStep, steps };
        expect(await world.read(world.market, "claim", [jobId, k])).to.deep.equal(claim);
        expect(await world.read(world.market, "checkpoint", [jobId, k])).to.deep.equal({
          stateRoot: endRoot,
          segmentRoot,
        });
      }
      for (const view of ["claim", "checkpoint"]) {
        await world.readFails(world.market, view, [jobId, 3], "NotCommitted", [jobId, 3n, 3n]);
      }
      for (const view of ["terms", "gameTerms"]) await world.readFails(world.market, view, [9n], "UnknownJob", [9n]);
    });
  });

  it("opens disputes on committed checkpoints before the window ends only", async () => {
    const jobId = await running(world, await goodTerms(world));
    const pinpoint = await asPinpoint();
    await fails(pinpoint, "openDispute", [jobId, 0], "NotCommitted", jobId, 0n, 0n);
    await commitUpTo(world, jobId, 3);
    const { windowEnd } = await readJob(world, jobId);
    await world.at(windowEnd - 1n);
    await send(pinpoint, "openDispute", jobId, 2);
    await world.at(windowEnd);
    await fails(pinpoint, "openDispute", [jobId, 2], "TooLate", jobId, windowEnd - 1n);
  });

  it("allows each call in its statuses only", async () => {
    const hash = (jobId: bigint) => readJob(world, jobId).then(({ termsHash }) => termsHash);
    type Case = [from: () => Promise<Address>, args: (jobId: bigint) => Promise<unknown[]>, allowed: string[]];
    const by = (account: Address) => () => Promise.resolve(account);
    const just =
      (...rest: unknown[]) =>
      (jobId: bigint) =>
        Promise.resolve([jobId, ...rest]);
    const calls: Record<string, Case> = {
      cancel: [by(accounts.submitter), just(), ["Open"]],
      accept: [by(accounts.solver), async (jobId) => [jobId, await hash(jobId), ""], ["Open"]],
      commit: [by(accounts.solver), (jobId) => commitment(world, jobId, 0), ["Running"]],
      end: [by(accounts.submitter), just(), ["Running"]],
      expire: [by(accounts.stranger), just(), ["Running"]],
      settle: [by(accounts.stranger), just(), ["Closing"]],
      openDispute: [asPinpoint, just(0), ["Running", "Closing"]],
      closeDispute: [asPinpoint, just(), ["Running", "Closing"]],
      convict: [asPinpoint, just(0, true, 0n), ["Running", "Closing"]],
    };
    for (const [name, make] of Object.entries(inStatus)) {
      world = await freshWorld();
      const jobId = await make();
      expect(await status(jobId), name).to.equal(name);
      for (const [call, [from, args, allowed]] of Object.entries(calls)) {
        if (allowed.includes(name)) continue;
        const values = [jobId, statuses.indexOf(name as (typeof statuses)[number])];
        await fails(await from(), call, await args(jobId), "WrongStatus", ...values);
      }
    }
  });

  it("lets nobody but Pinpoint dispute and convict, nor but Verification pay", async () => {
    const jobId = await closing(world, await goodTerms(world));
    for (const caller of Object.values(accounts)) {
      const values = [caller, world.pinpoint.address];
      await fails(caller, "openDispute", [jobId, 0], "NotBound", ...values);
      await fails(caller, "closeDispute", [jobId], "NotBound", ...values);
      await fails(caller, "convict", [jobId, 0, true, 0n], "NotBound", ...values);
    }
    for (const caller of [...Object.values(accounts), await asPinpoint()]) {
      const values = [caller, world.verification.address];
      await fails(caller, "payFee", [jobId, caller], "NotBound", ...values);
      await fails(caller, "payJackpot", [jobId, caller, 1n], "NotBound", ...values);
    }
    const { deployer, stranger } = accounts;
    await fails(deployer, "bind", [[deployer, deployer]], "AlreadyBound", world.pinpoint.address);
    await fails(stranger, "bind", [[stranger, stranger]], "NotDeployer", stranger, deployer);
  });

  it("is not deployed without a token, stakes or a beacon", async () => {
    const parts = [world.token.address, world.staking.address, world.beacon.address];
    for (let missing = 0; missing < 3; missing++)
      await world.deployFails("JobMarket", parts.with(missing, zeroAddress), "ZeroAddress");
  });
});
