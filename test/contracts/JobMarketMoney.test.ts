import { expect } from "chai";
import type { Address } from "viem";
import { statuses } from "../../protocol/index.ts";
import {
  audit,
  closing,
  commitUpTo,
  deposit,
  goodTerms,
  readJob,
  rootsOf,
  running,
  stakeOf,
  stakeVerifier,
  statusOf,
  word,
} from "./support/jobs.ts";
import { burnAddress, event, freshWorld, verifierStake, type World } from "./support/world.ts";

describe("The market's money", () => {
  let world: World;
  let accounts: World["accounts"];
  const credit = (account: Address) => world.credit(world.market, account);
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

  describe("attestations", () => {
    it("are made by staked verifiers, once each, up to the number that is paid", async () => {
      const jobId = await running(world, await goodTerms(world));
      await commitUpTo(world, jobId, 1);
      const { verifier, second, stranger, solver } = accounts;
      const [root] = rootsOf(0);
      await fails(verifier, "attest", [jobId, 1, root], "NotCommitted", jobId, 1n, 1n);
      await fails(verifier, "attest", [jobId, 0, word(5)], "WrongRoot", jobId, 0n, root, word(5));
      await fails(solver, "attest", [jobId, 0, root], "SolverCannotAttest", jobId, solver);
      await fails(verifier, "attest", [jobId, 0, root], "StakeTooSmall", verifier, 0n, verifierStake);
      await stakeVerifier(world, verifier);
      await world.send(verifier, world.staking, "unbond", [1n]);
      await fails(verifier, "attest", [jobId, 0, root], "StakeTooSmall", verifier, verifierStake - 1n, verifierStake);
      await deposit(world, verifier, 1n);
      const attested = event(await send(verifier, "attest", jobId, 0, root), "Attested");
      expect(attested).to.deep.equal({ jobId, k: 0, verifier, root });
      expect(await world.read(world.market, "attested", [jobId, 0, verifier])).to.equal(true);
      expect(await world.read(world.market, "attested", [jobId, 0, second])).to.equal(false);
      await fails(verifier, "attest", [jobId, 0, root], "AlreadyAttested", jobId, 0n, verifier);
      await stakeVerifier(world, second);
      await send(second, "attest", jobId, 0, root);
      await fails(stranger, "attest", [jobId, 0, root], "AttestationsFull", jobId, 0n, 2n);
      expect(await world.read(world.market, "attestationCount", [jobId, 0])).to.equal(2);
      expect((await readJob(world, jobId)).attestations).to.equal(2);
    });

    it("end with the window", async () => {
      const jobId = await closing(world, await goodTerms(world));
      const { windowEnd } = await readJob(world, jobId);
      await stakeVerifier(world, accounts.verifier);
      await world.at(windowEnd - 1n);
      await send(accounts.verifier, "attest", jobId, 0, rootsOf(0)[0]);
      await world.at(windowEnd);
      await fails(accounts.verifier, "attest", [jobId, 1, rootsOf(1)[0]], "TooLate", jobId, windowEnd - 1n);
    });
  });

  describe("settlement", () => {
    it("pays the solver, the verifiers, and the rest of the fees to the submitter", async () => {
      const wanted = await goodTerms(world);
      const jobId = await closing(world, wanted);
      const { verifier, second, solver, submitter, stranger } = accounts;
      for (const [account, k] of [
        [verifier, 0],
        [verifier, 2],
        [second, 0],
      ] as const) {
        await stakeVerifier(world, account);
        await send(account, "attest", jobId, k, rootsOf(k)[0]);
      }
      const { windowEnd } = await readJob(world, jobId);
      await world.at(windowEnd - 1n);
      await fails(stranger, "settle", [jobId], "TooEarly", jobId, windowEnd);
      await world.at(windowEnd);
      const settled = event(await send(stranger, "settle", jobId), "JobSettled");
      expect(settled).to.deep.equal({ jobId, status: statuses.indexOf("Settled"), penalty: 0n });
      expect(await credit(solver)).to.equal(3_000_000n);
      expect(await credit(submitter)).to.equal(3_000n);
      expect(await stakeOf(world, solver)).to.include({ staked: wanted.stake, locked: 0n });

      await fails(stranger, "collectFees", [jobId, verifier, 1, 1], "NothingToCollect", jobId, verifier);
      await send(stranger, "collectFees", jobId, verifier, 0, 1);
      await send(stranger, "collectFees", jobId, verifier, 0, 65_535);
      await fails(stranger, "collectFees", [jobId, verifier, 0, 3], "NothingToCollect", jobId, verifier);
      await send(stranger, "collectFees", jobId, second, 0, 3);
      await fails(stranger, "releaseFees", [jobId, 0, 3], "WrongStatus", jobId, statuses.indexOf("Settled"));
      expect(await credit(verifier)).to.equal(2_000n);
      expect(await credit(second)).to.equal(1_000n);
      for (const account of [verifier, second, solver, submitter]) await send(account, "withdraw");
      expect(await world.balance(world.market.address)).to.equal(0n);
    });

    it("of a late job gives the price back and burns the penalty", async () => {
      const wanted = await goodTerms(world);
      const jobId = await running(world, wanted);
      await commitUpTo(world, jobId, 1);
      await stakeVerifier(world, accounts.verifier);
      await send(accounts.verifier, "attest", jobId, 0, rootsOf(0)[0]);
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await send(accounts.stranger, "expire", jobId);
      await world.at((await readJob(world, jobId)).windowEnd);
      const settled = event(await send(accounts.stranger, "settle", jobId), "JobSettled");
      expect(settled).to.deep.equal({ jobId, status: statuses.indexOf("Expired"), penalty: wanted.latePenalty });
      expect(await credit(accounts.submitter)).to.equal(3_000_000n + 5_000n);
      expect(await credit(accounts.solver)).to.equal(0n);
      expect(await world.balance(burnAddress)).to.equal(wanted.latePenalty);
      expect(await stakeOf(world, accounts.solver)).to.include({
        staked: wanted.stake - wanted.latePenalty,
        locked: 0n,
      });
      await send(accounts.verifier, "collectFees", jobId, accounts.verifier, 0, 3);
      for (const account of [accounts.verifier, accounts.submitter]) await send(account, "withdraw");
      expect(await world.balance(world.market.address)).to.equal(0n);
    });

    it("without a penalty burns nothing", async () => {
      const jobId = await running(world, await goodTerms(world, { latePenalty: 0n }));
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await send(accounts.stranger, "expire", jobId);
      await world.at((await readJob(world, jobId)).windowEnd);
      await send(accounts.stranger, "settle", jobId);
      expect(await world.balance(burnAddress)).to.equal(0n);
    });

    it("waits for open games", async () => {
      const jobId = await closing(world, await goodTerms(world));
      const pinpoint = await asPinpoint();
      const opened = event(await send(pinpoint, "openDispute", jobId, 1), "DisputeOpened");
      expect(opened).to.deep.equal({ jobId, k: 1, openGames: 1 });
      await world.at((await readJob(world, jobId)).windowEnd);
      await fails(accounts.stranger, "settle", [jobId], "GamesOpen", jobId, 1n);
      expect(event(await send(pinpoint, "closeDispute", jobId), "DisputeClosed")).to.deep.equal({
        jobId,
        openGames: 0,
      });
      await send(accounts.stranger, "settle", jobId);
      expect(await status(jobId)).to.equal("Settled");
    });
  });

  describe("conviction", () => {
    it("gives the submitter the price, unused fees, and the fees from the convicted checkpoint on", async () => {
      const wanted = await goodTerms(world);
      const jobId = await closing(world, wanted);
      const { verifier, second, submitter, stranger } = accounts;
      for (const account of [verifier, second]) {
        await stakeVerifier(world, account);
        for (const k of [0, 1]) await send(account, "attest", jobId, k, rootsOf(k)[0]);
      }
      await send(verifier, "attest", jobId, 2, rootsOf(2)[0]);
      const pinpoint = await asPinpoint();
      await send(pinpoint, "openDispute", jobId, 1);
      const target = { ...world.market, abi: [...world.market.abi, ...world.staking.abi] };
      await world.fails(pinpoint, target, "convict", [jobId, 1, wanted.stake + 1n], "PaysTooMuch", [
        wanted.stake,
        wanted.stake + 1n,
      ]);
      const receipt = await send(pinpoint, "convict", jobId, 1, 0n);
      expect(event(receipt, "JobConvicted")).to.deep.equal({ jobId, k: 1, slashed: wanted.stake, paid: 0n });
      expect(await readJob(world, jobId)).to.include({ convictedCheckpoint: 1, openGames: 0 });
      expect(await stakeOf(world, accounts.solver)).to.include({ staked: 0n, locked: 0n });
      expect(await world.balance(burnAddress)).to.equal(wanted.stake);
      expect(await credit(submitter)).to.equal(3_000_000n + 1_000n);

      await send(stranger, "collectFees", jobId, verifier, 0, 3);
      await send(stranger, "collectFees", jobId, second, 0, 3);
      expect([await credit(verifier), await credit(second)]).to.deep.equal([1_000n, 1_000n]);
      await fails(stranger, "collectFees", [jobId, verifier, 1, 2], "NothingToCollect", jobId, verifier);
      await fails(stranger, "releaseFees", [jobId, 0, 1], "NothingToCollect", jobId, submitter);
      await send(stranger, "releaseFees", jobId, 0, 2);
      expect(await credit(submitter)).to.equal(3_001_000n + 2_000n);
      await send(stranger, "releaseFees", jobId, 2, 65_535);
      await fails(stranger, "releaseFees", [jobId, 0, 3], "NothingToCollect", jobId, submitter);
      for (const account of [verifier, second, submitter]) await send(account, "withdraw");
      expect(await world.balance(world.market.address)).to.equal(0n);
    });
  });
});
