import { expect } from "chai";
import type { Address } from "viem";
import { escrowOf, type Terms } from "../../protocol/index.ts";
import { audit, encoded, goodTerms, readJob, submit, timeoutGas } from "./support/jobs.ts";
import { event, freshWorld, oddWorld, unbondingSeconds, type World } from "./support/world.ts";

const zeroAddress: Address = `0x${"00".repeat(20)}`;

/** Indices of the contract's enum `Term`. */
const terms = [
  "None",
  "Steps",
  "FirstStep",
  "Interval",
  "Grid",
  "GridStates",
  "Checkpoints",
  "Order",
  "FloorPrice",
  "Escrow",
  "ValueAtRisk",
  "Draws",
  "Attestors",
  "VerifierStake",
  "Seats",
  "Stake",
  "AcceptBy",
  "Auction",
  "Heartbeat",
  "Window",
  "Extension",
  "Clock",
  "Uri",
  "Liability",
] as const;
const u32 = 2n ** 32n - 1n;

/** What a coalition of a convicted solver and others may take back of his stake. */
function recoverable({ bounty, gasCap, gasRate, latePenalty }: Terms): bigint {
  return bounty + (17n * BigInt(gasCap) + timeoutGas) * gasRate + latePenalty;
}

describe("Terms of a job", () => {
  let world: World;
  let accounts: World["accounts"];
  const send = (from: Address, name: string, ...args: unknown[]) => world.send(from, world.market, name, args);
  const fails = (from: Address, name: string, args: unknown[], error: string, ...values: unknown[]) =>
    world.fails(from, world.market, name, args, error, values);

  beforeEach(async () => {
    world = await freshWorld();
    accounts = world.accounts;
  });
  afterEach(() => audit(world));

  describe("submission", () => {
    it("takes the escrow and keeps the terms", async () => {
      const wanted = await goodTerms(world);
      const before = await world.balance(accounts.submitter);
      const receipt = await send(accounts.submitter, "submit", encoded(wanted));
      const submitted = event(receipt, "JobSubmitted");
      const job = await readJob(world, 1n);
      expect(submitted).to.deep.equal({
        jobId: 1n,
        submitter: accounts.submitter,
        termsHash: job.termsHash,
        escrow: 3_000_000n + 12_000n + 2_000n,
        checkpoints: 3,
        terms: encoded(wanted),
      });
      expect(await world.balance(accounts.submitter)).to.equal(before - escrowOf(wanted));
      expect(await world.read(world.market, "terms", [1n])).to.deep.equal(encoded(wanted));
      expect(job).to.include({
        submitter: accounts.submitter,
        status: 1,
        checkpoints: 3,
        committed: 0,
        solver: zeroAddress,
      });
    });

    it("gives each job its own number and every set of terms its own hash", async () => {
      const wanted = await goodTerms(world);
      expect(await submit(world, wanted)).to.equal(1n);
      expect(await submit(world, { ...wanted, seed: wanted.seed + 1 })).to.equal(2n);
      expect((await readJob(world, 1n)).termsHash).to.not.equal((await readJob(world, 2n)).termsHash);
    });

    it("checks every term, in the order of the list", async () => {
      const good = await goodTerms(world);
      const liability = BigInt(good.window) + 2n * BigInt(good.clock) + 22n * BigInt(good.extension);
      const minimum = recoverable(good) + 6_000_000n;
      expect(await world.read(world.market, "minimumStake", [encoded(good)])).to.equal(minimum);
      expect(await world.read(world.market, "longestGame", [BigInt(good.clock), BigInt(good.extension)])).to.equal(
        liability - BigInt(good.window),
      );
      const now = await world.now();
      const most128 = 2n ** 128n - 1n;
      const bad: readonly [Partial<Terms> & { orderCode?: number }, string, bigint, bigint, bigint][] = [
        [{ steps: 0 }, "Steps", 0n, 1n, u32],
        [{ firstStep: Number(u32) - 249 }, "FirstStep", u32 - 249n, 0n, u32 - 250n],
        [{ interval: 0 }, "Interval", 0n, 1n, 250n],
        [{ interval: 251 }, "Interval", 251n, 1n, 250n],
        [{ grid: 0 }, "Grid", 0n, 1n, 64n],
        [{ grid: 65 }, "Grid", 65n, 1n, 64n],
        [{ grid: 1, interval: 65 }, "GridStates", 65n, 1n, 64n],
        [{ steps: 65_536, interval: 1, grid: 1 }, "Checkpoints", 65_536n, 1n, 65_535n],
        [{ orderCode: 0 }, "Order", 0n, 1n, 2n],
        [{ orderCode: 3 }, "Order", 3n, 1n, 2n],
        [{ floorPrice: 4n }, "FloorPrice", 4n, 0n, 3n],
        [{ workUnits: most128, unitPrice: 2n, floorPrice: 2n }, "Escrow", 2n * most128 + 14_000n, 0n, most128],
        [{ workUnits: most128, unitPrice: most128 }, "Escrow", most128 * most128 + 14_000n, 0n, most128],
        [{ attestationFee: most128 }, "Escrow", 3_000_000n + 12n * most128 + 2_000n, 0n, most128],
        [{ valueAtRisk: 2_999_999n }, "ValueAtRisk", 2_999_999n, 3_000_000n, most128],
        [{ draws: 0 }, "Draws", 0n, 1n, 3n],
        [{ draws: 4 }, "Draws", 4n, 1n, 3n],
        [{ attestors: 1 }, "Attestors", 1n, 2n, 16n],
        [{ attestors: 17 }, "Attestors", 17n, 2n, 16n],
        [{ verifierStake: 999_999n }, "VerifierStake", 999_999n, 1_000_000n, most128],
        [{ valueAtRisk: 6_000_001n }, "Seats", 6_000_000n, 6_000_001n, 2n ** 256n - 1n],
        [{ stake: minimum - 1n }, "Stake", minimum - 1n, minimum, most128],
        [{ heartbeat: 0 }, "Heartbeat", 0n, 1n, u32],
        [{ window: 7 }, "Window", 7n, 8n, u32],
        [{ extension: 0 }, "Extension", 0n, 1n, u32],
        [{ clock: 59 }, "Clock", 59n, 60n, u32],
        [{ uri: "x".repeat(257) }, "Uri", 257n, 0n, 256n],
        [
          { window: Number(unbondingSeconds) },
          "Liability",
          unbondingSeconds + liability - 2_000n,
          0n,
          unbondingSeconds - 1n,
        ],
      ];
      // Each line's fault, and all faults of later rules with it: the first rule must speak.
      const later: Partial<Terms> = { stake: 0n, heartbeat: 0, window: 0, extension: 0, uri: "x".repeat(300) };
      for (const [change, term, value, least, most] of bad) {
        const rank = (name: string) => terms.indexOf(name as (typeof terms)[number]);
        const faults = Object.fromEntries(
          Object.entries(later).filter(([name]) => rank(name[0]!.toUpperCase() + name.slice(1)) > rank(term)),
        );
        const { orderCode, ...rest } = change;
        const given = {
          ...(encoded({ ...good, ...faults, ...rest }) as object),
          ...(orderCode === undefined ? {} : { order: orderCode }),
        };
        await fails(accounts.submitter, "submit", [given], "TermOutOfRange", rank(term), value, least, most);
      }
      await world.at(now + 2_000n);
      const late = encoded({ ...good, acceptBy: now + 1_999n });
      await fails(
        accounts.submitter,
        "submit",
        [late],
        "TermOutOfRange",
        terms.indexOf("AcceptBy"),
        now + 1_999n,
        now + 2_000n,
        2n ** 64n - 1n,
      );
      await world.at(now + 2_010n);
      const slow = encoded({ ...good, acceptBy: now + 2_020n, auction: 11 });
      const auction = terms.indexOf("Auction");
      await fails(accounts.submitter, "submit", [slow], "TermOutOfRange", auction, 11n, 0n, 10n);
      expect(new Set([...bad.map(([, term]) => term), "AcceptBy", "Auction", "None"])).to.deep.equal(new Set(terms));
    });

    it("accepts every term at its bound", async () => {
      const good = await goodTerms(world);
      const game = 2n * BigInt(good.clock) + 22n * BigInt(good.extension);
      const bounds: Partial<Terms>[] = [
        { steps: Number(u32), interval: 4_096, grid: 64, workUnits: 1n, steps_: 0 } as never,
        { steps: 1, interval: 1, grid: 1, draws: 1, verifierStake: 3_000_000n },
        { firstStep: Number(u32) - 250 },
        { steps: 65_535, interval: 1, grid: 64, draws: 65_535 },
        { workUnits: 2n ** 128n - 1n, unitPrice: 0n, floorPrice: 0n, stake: recoverable(good) + 9_000_000n },
        { clock: 60, extension: 60 },
        { window: Number(unbondingSeconds - 1n - game) },
        { uri: "x".repeat(256) },
        { stake: recoverable(good) + 6_000_000n },
        { attestors: 16, attestationFee: 0n },
        { floorPrice: 0n, auction: 900, stake: recoverable(good) + 9_000_000n },
        { gasRate: 2n ** 64n - 1n, gasCap: Number(u32), bounty: 2n ** 100n, latePenalty: 0n, stake: 2n ** 127n },
      ];
      // 4,294,967,295 steps of 4,096 are too many checkpoints; of 65,536 too many grid states: both bounds hold at once.
      const faulty = bounds.shift()!;
      const count = 1_048_576n;
      await fails(
        accounts.submitter,
        "submit",
        [encoded({ ...good, ...faulty })],
        "TermOutOfRange",
        terms.indexOf("Checkpoints"),
        count,
        1n,
        65_535n,
      );
      for (const [index, change] of bounds.entries()) {
        expect(await submit(world, { ...good, ...change })).to.equal(BigInt(index + 1));
      }
    });
  });

  it("have a least stake up to the largest escrow, and above it a refusal", async () => {
    const good = await goodTerms(world, { jackpotFee: 0n, attestationFee: 0n, unitPrice: 1n, floorPrice: 0n });
    const most = 2n ** 128n - 1n;
    const least = (change: Partial<Terms>) => [encoded({ ...good, workUnits: most, ...change })];
    // ⌈3 · (c + X) · 2 / 3⌉ + c, c being a third of the price, rounded up.
    const cost = (most + 2n) / 3n;
    const dearest = 2n * (cost + most) + cost;
    const stake = await world.read<bigint>(world.market, "minimumStake", least({ valueAtRisk: most }));
    expect(stake).to.equal(recoverable(good) + dearest);
    const escrow = terms.indexOf("Escrow");
    for (const [change, value] of [
      [{ jackpotFee: 1n }, most + 1n],
      [{ unitPrice: most }, most * most],
      [{ unitPrice: most, attestationFee: most, jackpotFee: most }, 2n ** 256n - 1n],
    ] as const)
      await world.readFails(world.market, "minimumStake", least(change), "TermOutOfRange", [escrow, value, 0n, most]);
  });

  describe("with an odd token", () => {
    beforeEach(async () => {
      world = await oddWorld();
      accounts = world.accounts;
    });

    it("refuses an escrow of which the token keeps a part", async () => {
      const wanted = await goodTerms(world);
      await world.send(accounts.submitter, world.token, "setFee", [500n]);
      const escrow = escrowOf(wanted);
      await fails(accounts.submitter, "submit", [encoded(wanted)], "ShortTransfer", escrow, escrow / 2n);
    });

    it("refuses calls from within a transfer", async () => {
      const jobId = await submit(world, await goodTerms(world));
      await send(accounts.submitter, "cancel", jobId);
      for (const [name, args] of [
        ["withdraw", []],
        ["submit", [encoded(await goodTerms(world))]],
      ] as const) {
        await world.duringTransfer(world.market, name, [...args]);
        await fails(accounts.submitter, "withdraw", [], "ReentrancyGuardReentrantCall");
      }
    });

    it("takes a token's false for a failure", async () => {
      const wanted = encoded(await goodTerms(world));
      await world.send(accounts.deployer, world.token, "setMute", [true]);
      await fails(accounts.submitter, "submit", [wanted], "SafeERC20FailedOperation", world.token.address);
    });
  });
});
