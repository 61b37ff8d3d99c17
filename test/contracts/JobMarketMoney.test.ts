import { expect } from "chai";
import type { Address } from "viem";
import { statuses } from "../../protocol/index.ts";
import { audit, closing, commitUpTo, goodTerms, readJob, running, stakeOf, statusOf } from "./support/jobs.ts";
import { enroll, unforced, Window } from "./support/seats.ts";
import { burnAddress, event, freshWorld, type World } from "./support/world.ts";

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

  describe("settlement", () => {
    it("pays the solver, the verifiers, and the rest of the fees to the submitter", async () => {
      const { verifier, second, solver, submitter, stranger } = accounts;
      const window = await Window.open(world, [verifier, second], {}, unforced(verifier, second));
      const { jobId, terms } = window;
      await window.attend([verifier, second], [0, 2]);
      const { windowEnd } = await readJob(world, jobId);
      await world.at(windowEnd - 1n);
      await fails(stranger, "settle", [jobId], "TooEarly", jobId, windowEnd);
      await world.at(windowEnd);
      const settled = event(await send(stranger, "settle", jobId), "JobSettled");
      expect(settled).to.deep.equal({ jobId, status: statuses.indexOf("Settled"), penalty: 0n });
      expect(await credit(solver)).to.equal(3_000_000n);
      // Twelve seats are escrowed, four were attested.
      expect(await credit(submitter)).to.equal(8_000n);
      expect(await world.read(world.market, "jackpotPool")).to.equal(terms.jackpotFee);
      expect(await stakeOf(world, solver)).to.include({ staked: terms.stake, locked: 0n });
      for (const account of [verifier, second])
        for (const k of [0, 2]) expect(await window.close(account, k)).to.equal("Right");
      expect([await credit(verifier), await credit(second)]).to.deep.equal([2_000n, 2_000n]);
      for (const account of [verifier, second, solver, submitter]) await send(account, "withdraw");
      expect(await world.balance(world.market.address)).to.equal(terms.jackpotFee);
    });

    it("of a late job pays what was committed and verified, and burns the penalty", async () => {
      const { verifier, solver, submitter, stranger } = accounts;
      await enroll(world, verifier);
      const wanted = await goodTerms(world);
      const jobId = await running(world, wanted);
      await commitUpTo(world, jobId, 1);
      await world.at((await readJob(world, jobId)).deadline + 1n);
      await send(stranger, "expire", jobId);
      await world.at((await readJob(world, jobId)).windowEnd);
      const settled = event(await send(stranger, "settle", jobId), "JobSettled");
      expect(settled).to.deep.equal({ jobId, status: statuses.indexOf("Expired"), penalty: wanted.latePenalty });
      // 100 of 250 steps.
      expect(await credit(solver)).to.equal(1_200_000n);
      expect(await credit(submitter)).to.equal(1_800_000n + 12_000n + 2_000n);
      expect(await world.balance(burnAddress)).to.equal(wanted.latePenalty);
      const staked = wanted.stake - wanted.latePenalty;
      expect(await stakeOf(world, solver)).to.include({ staked, locked: 0n });
      for (const account of [solver, submitter]) await send(account, "withdraw");
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
    it("gives the submitter the price, all fees but those earned before the convicted checkpoint", async () => {
      const { verifier, second, submitter, solver } = accounts;
      const window = await Window.open(world, [verifier, second], {}, unforced(verifier, second));
      const { jobId, terms: wanted } = window;
      await window.attend([verifier, second], [0, 1]);
      const pinpoint = await asPinpoint();
      await send(pinpoint, "openDispute", jobId, 1);
      const target = { ...world.market, abi: [...world.market.abi, ...world.staking.abi] };
      await world.fails(pinpoint, target, "convict", [jobId, 1, true, wanted.stake + 1n], "PaysTooMuch", [
        wanted.stake,
        wanted.stake + 1n,
      ]);
      const receipt = await send(pinpoint, "convict", jobId, 1, true, 0n);
      expect(event(receipt, "JobConvicted")).to.deep.equal({ jobId, k: 1, slashed: wanted.stake, paid: 0n });
      expect(await readJob(world, jobId)).to.include({ convictedCheckpoint: 1, openGames: 0 });
      expect(await stakeOf(world, solver)).to.include({ staked: 0n, locked: 0n });
      expect(await world.balance(burnAddress)).to.equal(wanted.stake);
      expect(await credit(submitter)).to.equal(3_000_000n + 8_000n + 2_000n);
      for (const account of [verifier, second]) {
        expect(await window.close(account, 0)).to.equal("Right");
        expect(await window.close(account, 1)).to.equal("Void");
      }
      expect([await credit(verifier), await credit(second)]).to.deep.equal([1_000n, 1_000n]);
      expect(await credit(submitter)).to.equal(3_010_000n + 2_000n);
      for (const account of [verifier, second, submitter]) await send(account, "withdraw");
      expect(await world.balance(world.market.address)).to.equal(0n);
    });
  });
});
