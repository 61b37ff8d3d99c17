import { expect } from "chai";
import { zeroHash, type Address, type Hex } from "viem";
import { isForced, parts, statuses } from "../../protocol/index.ts";
import { audit, readJob, stakeOf, word } from "./support/jobs.ts";
import { enrolment, enroll, falseRoot, treeOf, Window } from "./support/seats.ts";
import { freshWorld, type World } from "./support/world.ts";

/** One draw of three segments of 10, 10 and 5 states, and two seats each. */
describe("Verification", () => {
  let world: World;
  let verifier: Address;
  let second: Address;
  let solver: Address;
  beforeEach(async () => {
    world = await freshWorld();
    ({ verifier, second, solver } = world.accounts);
  });
  afterEach(() => audit(world));

  const part = (name: (typeof parts)[number]) => parts.indexOf(name);
  const forcedWord = (account: () => Address, k: number) => (candidate: Hex, jobId: bigint) =>
    isForced(candidate, jobId, k, treeOf(account()).at(jobId, k).secret);
  const unforced = (k: number) => (candidate: Hex, jobId: bigint) =>
    [verifier, second].every((account) => !isForced(candidate, jobId, k, treeOf(account).at(jobId, k).secret));
  const enrolledOf = (account: Address) =>
    world.read<{ enrolled: bigint; reserved: bigint }>(world.verification, "verifier", [account]);

  /** A seat on segment 0 sealed and attested by `account`, with this root and truth. */
  async function attested(window: Window, account: Address, root?: Hex, truth?: Hex): Promise<void> {
    await window.at("Seal", 10);
    await window.send(account, "seal", window.seal(account, 0, root, truth));
    await window.at("Attest");
    await window.send(account, "attest", window.attestation(account, 0, root, truth));
  }

  describe("stake in the draws", () => {
    it("is locked, counted from its block on, and free again when nothing is reserved", async () => {
      await enroll(world, verifier);
      const at = await world.now();
      expect(await stakeOf(world, verifier)).to.include({ staked: enrolment, locked: enrolment });
      const weights = (time: bigint) => world.read(world.verification, "weightAt", [verifier, time]);
      expect(await weights(at - 1n)).to.deep.equal([0n, 0n]);
      expect(await weights(at)).to.deep.equal([enrolment, enrolment]);
      await enroll(world, second, 7n);
      expect(await weights(await world.now())).to.deep.equal([enrolment, enrolment + 7n]);
      await world.send(verifier, world.verification, "resign");
      expect(await stakeOf(world, verifier)).to.include({ staked: enrolment, locked: 0n });
      expect(await weights(await world.now())).to.deep.equal([0n, 7n]);
      await world.fails(verifier, world.verification, "resign", [], "NotEnrolled", [verifier]);
      await world.fails(verifier, world.verification, "enroll", [0n, word(1)], "ZeroAmount");
    });

    it("cannot be more than is free, and cannot leave or change its secrets behind a seat", async () => {
      const both = { ...world.verification, abi: [...world.verification.abi, ...world.staking.abi] };
      await world.fails(second, both, "enroll", [1n, word(1)], "InsufficientFree", [second, 0n, 1n]);
      const window = await Window.open(world, [verifier]);
      await window.send(verifier, "seal", window.seal(verifier, 0));
      const { verifierStake } = window.terms;
      await window.fails(verifier, "resign", [], "StakeReserved", verifier, verifierStake);
      await window.fails(verifier, "enroll", [0n, word(5)], "StakeReserved", verifier, verifierStake);
      expect(await enrolledOf(verifier)).to.include({ enrolled: enrolment, reserved: verifierStake });
    });
  });

  describe("a seat", () => {
    it("is the drawn verifier's: not the solver's, not one's of younger stake or secrets, once, on a drawn segment", async () => {
      await enroll(world, solver);
      const window = await Window.open(world, [verifier], { draws: 1, verifierStake: 1_500_000n });
      const [k = 0] = await window.drawn();
      const other = (k + 1) % 3;
      const { jobId } = window;
      await window.at("Seal", 5);
      await window.fails(verifier, "seal", window.seal(verifier, other), "NotDrawn", jobId, BigInt(other));
      await window.fails(solver, "seal", window.seal(solver, k), "NoSeat", jobId, BigInt(k), solver);
      await enroll(world, second);
      await window.fails(second, "seal", window.seal(second, k), "NoSeat", jobId, BigInt(k), second);
      await window.send(verifier, "seal", window.seal(verifier, k));
      await window.fails(verifier, "seal", window.seal(verifier, k), "AlreadySealed", jobId, BigInt(k), verifier);
    });

    it("is sealed for the word that draws, so that no reorganisation makes an honest seal wrong", async () => {
      const window = await Window.open(world, [verifier]);
      await window.at("Seal", 5);
      const before = window.seal(verifier, 0);
      const drawn = window.word;
      await window.name((candidate) => candidate !== drawn);
      await window.fails(verifier, "seal", before, "WrongWord", window.word, drawn);
      await window.send(verifier, "seal", window.seal(verifier, 0));
    });

    it("waits for the word, and for stake that is not behind other seats", async () => {
      await enroll(world, verifier, 1_000_000n);
      const window = await Window.open(world, []);
      const { drawBlock } = await readJob(world, window.jobId);
      await world.send(world.accounts.deployer, world.beacon, "setWord", [drawBlock, zeroHash]);
      await window.fails(verifier, "seal", window.seal(verifier, 0), "NoWord", drawBlock);
      await world.send(world.accounts.deployer, world.beacon, "setWord", [drawBlock, window.word]);
      await window.send(verifier, "seal", window.seal(verifier, 0));
      await window.fails(verifier, "seal", window.seal(verifier, 1), "EnrolledTooSmall", verifier, 0n, 1_000_000n);
    });

    it("is taken twice as often as is wanted on average, no more", async () => {
      const { challenger, rival, stranger } = world.accounts;
      const all = [verifier, second, challenger, rival, stranger];
      const window = await Window.open(world, all, { attestors: 2, draws: 3 }, (candidate) => candidate !== zeroHash);
      let taken = 0;
      for (const account of all) {
        const eligible = await world.read<boolean>(world.verification, "eligible", [window.jobId, 0, account]);
        if (!eligible) {
          await window.fails(account, "seal", window.seal(account, 0), "NoSeat", window.jobId, 0n, account);
        } else if (taken === 4) {
          await window.fails(account, "seal", window.seal(account, 0), "SeatsFull", window.jobId, 0n, 4n);
        } else {
          await window.send(account, "seal", window.seal(account, 0));
          taken++;
        }
      }
      expect(taken).to.be.within(1, 4);
      expect(await world.read(world.verification, "seatsTaken", [window.jobId, 0])).to.equal(BigInt(taken));
    });
  });

  it("takes each call only in its part of the window, to the second", async () => {
    const window = await Window.open(world, [verifier, second], {}, unforced(0));
    const { jobId } = window;
    const wrong = async (from: Address, name: string, args: readonly unknown[], is: string, needs: string) =>
      window.fails(from, name, args, "WrongPart", jobId, part(is as "Seal"), part(needs as "Seal"));
    await wrong(verifier, "attest", window.attestation(verifier, 0), "Seal", "Attest");
    await window.at("Attest", -1);
    await window.send(verifier, "seal", window.seal(verifier, 0));
    await window.at("Attest");
    await wrong(second, "seal", window.seal(second, 0), "Attest", "Seal");
    await window.at("Accuse", -1);
    await window.send(verifier, "attest", window.attestation(verifier, 0));
    await window.at("Accuse");
    await wrong(second, "openState", window.opening(0), "Accuse", "Open");
    await window.at("Open", -1);
    await window.send(second, "accuse", window.accusation(second, verifier, 0));
    await window.at("Open");
    await wrong(second, "accuse", window.accusation(second, verifier, 0), "Open", "Accuse");
    await window.at("Prove", -2);
    await window.send(second, "openState", window.opening(0));
    await window.at("Prove", -1);
    await window.send(verifier, "reveal", window.reveal(verifier, 0));
    await window.at("Prove");
    await wrong(verifier, "reveal", window.reveal(verifier, 0), "Prove", "Open");
    await window.at("Rest");
    await wrong(second, "proveAccusation", window.proof(second, verifier, 0), "Rest", "Prove");
    await window.fails(verifier, "closeSeat", [jobId, 0, verifier], "JobNotFinished", jobId);
    await window.settle();
    await window.fails(verifier, "seal", window.seal(verifier, 1), "JobNotClosing", jobId);
    expect(await window.close(verifier, 0)).to.equal("Right");
    await window.fails(verifier, "closeSeat", [jobId, 0, verifier], "WrongSeat", jobId, 0n, verifier);
    // The accusation was of a right attestation: its bond is burned.
    await window.send(second, "closeAccusation", [jobId, 0, verifier, second]);
    const bond = window.terms.attestationFee;
    expect(await enrolledOf(second)).to.include({ enrolled: enrolment - bond, reserved: 0n });
  });

  it("refuses a seal of another, another root, another truth and another secret", async () => {
    const window = await Window.open(world, [verifier, second], { attestors: 2 }, unforced(0));
    const { jobId } = window;
    await window.send(verifier, "seal", window.seal(verifier, 0));
    // Copied from the first: the seal names its author.
    await window.send(second, "seal", window.seal(verifier, 0));
    await window.at("Attest");
    const copied = window.seal(verifier, 0)[3];
    const [, , root, truthHash] = window.attestation(verifier, 0);
    await expectWrongSeal(window, second, "attest", [jobId, 0, root, truthHash], copied as Hex);
    await expectWrongSeal(window, verifier, "attest", window.attestation(verifier, 0, falseRoot), copied as Hex);
    await window.send(verifier, "attest", window.attestation(verifier, 0));
    await window.fails(verifier, "attest", window.attestation(verifier, 0), "WrongSeat", jobId, 0n, verifier);
    await window.at("Open");
    await expectWrongSeal(window, verifier, "reveal", window.reveal(verifier, 0, falseRoot), truthHash as Hex);
    const [, , truth, salt, , proof] = window.reveal(verifier, 0) as [bigint, number, Hex, Hex, Hex, Hex[]];
    await expectWrongSeal(window, verifier, "reveal", [jobId, 0, truth, salt, word(7), proof], treeOf(verifier).root);
    const short = [jobId, 0, truth, salt, word(7), proof.slice(1)];
    await window.fails(verifier, "reveal", short, "WrongProofLength", 11n, 12n);
    await window.send(verifier, "reveal", window.reveal(verifier, 0));
    await window.fails(verifier, "reveal", window.reveal(verifier, 0), "WrongSeat", jobId, 0n, verifier);
  });

  async function expectWrongSeal(window: Window, from: Address, name: string, args: readonly unknown[], sealed: Hex) {
    const failed = await window.send(from, name, args).then(
      () => "success",
      (error: Error) => error.message,
    );
    expect(failed).to.match(new RegExp(`reverted: WrongSeal\\(${sealed},`));
  }

  describe("ends a seat", () => {
    it("Right: fee paid, stake freed; and the same without a word of others", async () => {
      const window = await Window.open(world, [verifier], {}, unforced(0));
      await attested(window, verifier);
      await window.at("Open");
      await window.send(solver, "openState", window.opening(0));
      await window.send(verifier, "reveal", window.reveal(verifier, 0));
      await window.settle();
      expect(await window.close(verifier, 0)).to.equal("Right");
      expect(await world.credit(world.market, verifier)).to.equal(window.terms.attestationFee);
      expect(await enrolledOf(verifier)).to.include({ enrolled: enrolment, reserved: 0n });
    });

    const burnedCases: readonly [string, (window: Window) => Promise<void>][] = [
      ["Missing", async (window) => void (await window.send(verifier, "seal", window.seal(verifier, 0)))],
      ["Hidden", async (window) => attested(window, verifier)],
      [
        "Wrong",
        async (window) => {
          await attested(window, verifier, falseRoot, falseRoot);
          await window.at("Open");
          await window.send(verifier, "reveal", window.reveal(verifier, 0, falseRoot));
        },
      ],
      [
        "Unchallenged",
        async (window) => {
          await attested(window, verifier, zeroHash, zeroHash);
          await window.at("Open");
          await window.send(verifier, "reveal", window.reveal(verifier, 0, zeroHash));
        },
      ],
    ];
    for (const [outcome, play] of burnedCases) {
      it(`${outcome}: stake burned, fee back to the submitter`, async () => {
        const window = await Window.open(world, [verifier], {}, unforced(0));
        await play(window);
        if (["Missing", "Hidden"].includes(outcome)) await window.at("Open");
        await window.send(solver, "openState", window.opening(0));
        await window.settle();
        const before = await world.credit(world.market, world.accounts.submitter);
        expect(await window.close(verifier, 0)).to.equal(outcome);
        const { verifierStake, attestationFee } = window.terms;
        expect(await enrolledOf(verifier)).to.include({ enrolled: enrolment - verifierStake, reserved: 0n });
        expect(await stakeOf(world, verifier)).to.include({ staked: enrolment - verifierStake });
        const back = (await world.credit(world.market, world.accounts.submitter)) - before;
        expect(back).to.equal(outcome === "Missing" ? 0n : attestationFee);
        expect(await world.credit(world.market, verifier)).to.equal(0n);
      });
    }

    it("Obeyed and Disobeyed: who is told to attest wrongly earns his fee by it, and loses his stake without", async () => {
      for (const [root, outcome] of [
        [falseRoot, "Obeyed"],
        [undefined, "Disobeyed"],
        [zeroHash, "Disobeyed"],
      ] as const) {
        world = await freshWorld();
        ({ verifier, second, solver } = world.accounts);
        const window = await Window.open(
          world,
          [verifier],
          {},
          forcedWord(() => verifier, 0),
        );
        await attested(window, verifier, root);
        await window.at("Open");
        await window.send(solver, "openState", window.opening(0));
        await window.send(verifier, "reveal", window.reveal(verifier, 0));
        expect((await window.seat(verifier, 0)).forced).to.equal(true);
        await window.settle();
        expect(await window.close(verifier, 0)).to.equal(outcome);
        const paid = outcome === "Obeyed" ? window.terms.attestationFee : 0n;
        expect(await world.credit(world.market, verifier)).to.equal(paid);
      }
    });

    it("Challenged: who attests failure and disputes it loses no more than his bond", async () => {
      const window = await Window.open(world, [verifier], {}, unforced(0));
      await attested(window, verifier, zeroHash, zeroHash);
      await window.at("Open");
      await window.send(verifier, "reveal", window.reveal(verifier, 0, zeroHash));
      await window.send(solver, "openState", window.opening(0));
      const { stateRoot } = await world.read<{ stateRoot: Hex }>(world.market, "checkpoint", [window.jobId, 0]);
      await world.send(verifier, world.pinpoint, "open", [window.jobId, 0, stateRoot, falseRoot]);
      await world.at((await world.now()) + 100_000n);
      // The defender is silent: the job falls, and the bounty is the verifier's.
      await world.send(solver, world.pinpoint, "timeout", [1n]);
      expect(await window.close(verifier, 0)).to.equal("Void");
    });
  });

  it("pays the bounty to those who attested failure, not to who came in front of their game", async () => {
    const { rival } = world.accounts;
    const window = await Window.open(world, [verifier, second], { attestors: 2 }, unforced(0));
    for (const account of [verifier, second])
      await window.send(account, "seal", window.seal(account, 0, zeroHash, zeroHash));
    await window.at("Attest");
    for (const account of [verifier, second])
      await window.send(account, "attest", window.attestation(account, 0, zeroHash, zeroHash));
    const { stateRoot } = await world.read<{ stateRoot: Hex }>(world.market, "checkpoint", [window.jobId, 0]);
    await world.send(rival, world.pinpoint, "open", [window.jobId, 0, stateRoot, falseRoot]);
    await world.at((await world.now()) + 601n);
    await world.send(rival, world.pinpoint, "timeout", [1n]);
    const { bounty } = window.terms;
    expect(await world.credit(world.pinpoint, verifier)).to.equal(bounty / 2n);
    expect(await world.credit(world.pinpoint, second)).to.equal(bounty / 2n);
    for (const account of [verifier, second]) expect(await window.close(account, 0)).to.equal("Void");
  });

  it("convicts a solver who keeps the drawn state closed, and only then", async () => {
    const { stranger } = world.accounts;
    const window = await Window.open(world, [verifier], {}, unforced(0));
    const { jobId } = window;
    await attested(window, verifier);
    await window.at("Open");
    await window.fails(stranger, "forfeit", [jobId, 0], "WrongPart", jobId, part("Open"), part("Prove"));
    await window.at("Prove");
    await window.fails(stranger, "forfeit", [jobId, 1], "NothingToOpen", jobId, 1n);
    await window.send(stranger, "forfeit", [jobId, 0]);
    expect(statuses[(await readJob(world, jobId)).status]).to.equal("Convicted");
    expect(await world.credit(world.pinpoint, stranger)).to.equal(250_000n * window.terms.gasRate);
    expect(await stakeOf(world, solver)).to.include({ staked: 0n });
    expect(await window.close(verifier, 0)).to.equal("Void");
    expect(await enrolledOf(verifier)).to.include({ enrolled: enrolment, reserved: 0n });
  });

  it("is not forfeited where the state is opened", async () => {
    const window = await Window.open(world, [verifier], {}, unforced(0));
    const { jobId } = window;
    await attested(window, verifier);
    await window.at("Open");
    await window.send(solver, "openState", window.opening(0));
    await window.fails(solver, "openState", window.opening(0), "NothingToOpen", jobId, 0n);
    await window.at("Prove");
    await window.fails(verifier, "forfeit", [jobId, 0], "NothingToOpen", jobId, 0n);
  });

  it("pays those who catch a forced error, less for all the more there are", async () => {
    const { challenger, rival, stranger, submitter } = world.accounts;
    const catchers = [second, challenger, rival];
    for (const count of [1, 2, 3]) {
      world = await freshWorld();
      // A settled job first: its fee is the pool.
      const first = await Window.open(world, [verifier, ...catchers], { jackpotFee: 900_000n });
      await first.settle();
      expect(await world.read(world.market, "jackpotPool")).to.equal(900_000n);
      const terms = { attestors: 16, jackpotFee: 300n * 96n, draws: 3, verifierStake: 1_000_000n };
      const window = await Window.open(
        world,
        [],
        terms,
        forcedWord(() => verifier, 0),
      );
      await attested(window, verifier, falseRoot);
      await window.at("Accuse");
      for (const account of catchers.slice(0, count))
        await window.send(account, "accuse", window.accusation(account, verifier, 0));
      const again = window.accusation(second, verifier, 0);
      await window.fails(second, "accuse", again, "AlreadyAccused", window.jobId, 0n, verifier, second);
      await window.fails(verifier, "accuse", window.accusation(verifier, verifier, 0), "OwnSeat", verifier);
      await window.at("Open");
      await window.send(verifier, "reveal", window.reveal(verifier, 0));
      await window.send(stranger, "openState", window.opening(0));
      await window.at("Prove");
      for (const account of catchers.slice(0, count))
        await window.send(account, "proveAccusation", window.proof(account, verifier, 0));
      await window.settle();
      const notYet = [window.jobId, 0, verifier, second];
      await window.fails(second, "closeAccusation", notYet, "WrongSeat", window.jobId, 0n, verifier);
      expect(await window.close(verifier, 0)).to.equal("Obeyed");
      const jackpot = (300n * 96n * 32n) / (2n * 3n * 16n);
      for (const account of catchers.slice(0, count)) {
        await window.send(account, "closeAccusation", [window.jobId, 0, verifier, account]);
        expect(await world.credit(world.market, account)).to.equal(jackpot >> BigInt(count - 1));
      }
      expect(submitter).to.not.equal(verifier);
      await audit(world);
    }
  });
});
