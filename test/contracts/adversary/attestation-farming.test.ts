import { expect } from "chai";
import { keccak256, numberToHex, type Address, type Hex } from "viem";
import { isSeatDrawn, parts, sealOf } from "../../../protocol/index.ts";
import { audit, stakeOf } from "../support/jobs.ts";
import { enrolment, unforced, Window } from "../support/seats.ts";
import { freshWorld, type World } from "../support/world.ts";

/** Verifiers who want the fee and not the work. */
describe("attack: attestations without replaying", () => {
  let world: World;
  let honest: Address;
  let lazy: Address;
  beforeEach(async () => {
    world = await freshWorld();
    ({ verifier: honest, second: lazy } = world.accounts);
  });
  afterEach(() => audit(world));

  const fees = (account: Address) => world.credit(world.market, account);
  const staked = async (account: Address) => (await stakeOf(world, account)).staked;

  it("a guess from all that is public is wrong, and costs the stake of the seat", async () => {
    const window = await Window.open(world, [honest, lazy], {}, unforced(honest, lazy));
    const { jobId, terms } = window;
    // What is on the chain: the segment's end, its start, its root.
    const claim = await world.read<Record<"startRoot" | "endRoot" | "segmentRoot", `0x${string}`>>(
      world.market,
      "claim",
      [jobId, 0],
    );
    const guess = claim.endRoot;
    await window.at("Seal", 10);
    await window.send(honest, "seal", window.seal(honest, 0));
    await window.send(lazy, "seal", window.seal(lazy, 0, guess, guess));
    await window.at("Attest");
    await window.send(honest, "attest", window.attestation(honest, 0));
    await window.send(lazy, "attest", window.attestation(lazy, 0, guess, guess));
    await window.at("Open");
    await window.send(world.accounts.solver, "openState", window.opening(0));
    await window.send(honest, "reveal", window.reveal(honest, 0));
    await window.send(lazy, "reveal", window.reveal(lazy, 0, guess));
    await window.settle();
    expect(await window.close(honest, 0)).to.equal("Right");
    expect(await window.close(lazy, 0)).to.equal("Wrong");
    expect([await fees(honest), await fees(lazy)]).to.deep.equal([terms.attestationFee, 0n]);
    expect(await staked(lazy)).to.equal(enrolment - terms.verifierStake);
    // More than a replay costs, by the terms that every job has.
    const perSegment = (terms.workUnits * terms.unitPrice) / 3n;
    expect(terms.verifierStake >= perSegment).to.equal(true);
  });

  it("a copied seal cannot be opened, and what is attested openly is too late to seal", async () => {
    const window = await Window.open(world, [honest, lazy], {}, unforced(honest, lazy));
    const { jobId, terms } = window;
    await window.at("Seal", 10);
    await window.send(honest, "seal", window.seal(honest, 0));
    await window.send(lazy, "seal", window.seal(honest, 0));
    await window.at("Attest");
    await window.send(honest, "attest", window.attestation(honest, 0));
    // The seal of the same attestation in the copier's own name.
    const [, , root, truthHash] = window.attestation(honest, 0) as [bigint, number, Hex, Hex];
    const own = sealOf(jobId, 0, lazy, root, truthHash);
    const sealed = window.seal(honest, 0)[3];
    await window.fails(lazy, "attest", window.attestation(honest, 0), "WrongSeal", sealed, own);
    const { challenger } = world.accounts;
    const part = [jobId, parts.indexOf("Attest"), parts.indexOf("Seal")];
    await window.fails(challenger, "seal", window.seal(challenger, 0), "WrongPart", ...part);
    await window.at("Open");
    await window.send(world.accounts.solver, "openState", window.opening(0));
    await window.send(honest, "reveal", window.reveal(honest, 0));
    await window.settle();
    expect(await window.close(lazy, 0)).to.equal("Missing");
    expect(await staked(lazy)).to.equal(enrolment - terms.verifierStake);
    expect(await fees(lazy)).to.equal(0n);
  });

  it("stake that is spread over names gets no more seats", () => {
    const [stake, total, names, draws] = [1_000n, 10_000n, 10, 4_000];
    const seats = { one: 0, many: 0 };
    for (let n = 0; n < draws; n++) {
      const word = keccak256(numberToHex(n + 1, { size: 32 }));
      const drawn = (account: Address, weight: bigint) =>
        isSeatDrawn(word, 1n, 0, account, { weight, total, attestors: 2 });
      if (drawn(honest, stake)) seats.one++;
      for (let i = 1; i <= names; i++) if (drawn(numberToHex(i, { size: 20 }), stake / BigInt(names))) seats.many++;
    }
    // 2 · 1,000 / 10,000 of the draws each; three standard deviations of the binomial are 76.
    expect(seats.one).to.be.within(800 - 76, 800 + 76);
    expect(seats.many).to.be.within(800 - 76, 800 + 76);
  });

  it("the solver's own name has no seat, and stake behind a seat does not leave before it is closed", async () => {
    const { solver, stranger } = world.accounts;
    const window = await Window.open(world, [honest, lazy], {}, unforced(honest, lazy));
    await window.at("Seal", 10);
    await window.fails(solver, "seal", window.seal(solver, 0), "NoSeat", window.jobId, 0n, solver);
    await window.send(lazy, "seal", window.seal(lazy, 0));
    const { verifierStake } = window.terms;
    await window.fails(lazy, "resign", [], "StakeReserved", lazy, verifierStake);
    await world.fails(lazy, world.staking, "unbond", [1n], "InsufficientFree", [lazy, 0n, 1n]);
    await window.settle();
    await window.fails(lazy, "resign", [], "StakeReserved", lazy, verifierStake);
    await window.send(stranger, "closeSeat", [window.jobId, 0, lazy]);
    await window.send(lazy, "resign", []);
    expect(await stakeOf(world, lazy)).to.include({ staked: enrolment - verifierStake, locked: 0n });
  });
});
