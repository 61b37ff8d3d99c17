import { expect } from "chai";
import type { Address } from "viem";
import { escrowOf } from "../../../protocol/index.ts";
import { Arena, disputed, verdict } from "../support/games.ts";
import { audit, closing, goodTerms, readJob, rootsOf, stakeVerifier, word } from "../support/jobs.ts";
import { freshWorld, supplyEach, unbondingSeconds, verifierStake, type World } from "../support/world.ts";

/** A verifier copies the committed root and takes the fee for a replay that he never made. */
describe("attack: attestations without replaying", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const gain = async (account: Address) =>
    (await world.balance(account)) + (await world.credit(world.market, account)) - supplyEach;

  it("farms at most fee · attestors · checkpoints, for a stake each, and never twice", async () => {
    const { verifier, second, rival, stranger, submitter } = world.accounts;
    const terms = await goodTerms(world);
    const jobId = await closing(world, terms);
    const sybils = [verifier, second, rival];
    for (const sybil of sybils) await stakeVerifier(world, sybil);
    for (let k = 0; k < 3; k++) {
      for (const sybil of [verifier, second])
        await world.send(sybil, world.market, "attest", [jobId, k, rootsOf(k)[0]]);
      const args = [jobId, k, rootsOf(k)[0]];
      await world.fails(verifier, world.market, "attest", args, "AlreadyAttested", [jobId, BigInt(k), verifier]);
      await world.fails(rival, world.market, "attest", args, "AttestationsFull", [jobId, BigInt(k), 2n]);
    }
    await world.at((await readJob(world, jobId)).windowEnd);
    await world.send(stranger, world.market, "settle", [jobId]);
    for (const sybil of [verifier, second]) {
      await world.send(sybil, world.market, "collectFees", [jobId, sybil, 0, 65_535]);
      const values = [jobId, sybil];
      await world.fails(sybil, world.market, "collectFees", [jobId, sybil, 0, 65_535], "NothingToCollect", values);
    }
    const farmed = (await gain(verifier)) + (await gain(second)) + 2n * verifierStake;
    expect(farmed).to.equal(terms.attestationFee * 2n * 3n);
    expect(farmed).to.equal(escrowOf(terms) - terms.workUnits * terms.unitPrice);
    expect(await gain(submitter)).to.equal(-escrowOf(terms));
  });

  it("one stake does not serve two names before it is unbonded", async () => {
    const { verifier, second } = world.accounts;
    const terms = await goodTerms(world);
    const jobId = await closing(world, terms);
    await stakeVerifier(world, verifier);
    await world.send(verifier, world.market, "attest", [jobId, 0, rootsOf(0)[0]]);
    await world.send(verifier, world.staking, "unbond", [verifierStake]);
    const bonded = [verifier, 0n, verifierStake];
    await world.fails(verifier, world.market, "attest", [jobId, 1, rootsOf(1)[0]], "StakeTooSmall", bonded);
    const at = (await world.now()) + unbondingSeconds;
    const unstaked = [second, 0n, verifierStake];
    await world.fails(second, world.market, "attest", [jobId, 1, rootsOf(1)[0]], "StakeTooSmall", unstaked);
    await world.at(at - 1n);
    await world.fails(verifier, world.staking, "withdraw", [], "StillUnbonding", [verifier, at]);
    expect((await readJob(world, jobId)).windowEnd < at, "by then the window is over").to.equal(true);
  });

  it("the solver's own name earns nothing, another root earns nothing, a convicted checkpoint earns nothing", async () => {
    const { solver, verifier, challenger, submitter } = world.accounts;
    const arena = await Arena.create(world);
    const { jobId, terms } = arena;
    await stakeVerifier(world, verifier);
    await world.fails(solver, world.market, "attest", [jobId, 0, arena.toy.startRoot], "SolverCannotAttest", [
      jobId,
      solver,
    ]);
    const wrong = [jobId, 0n, arena.toy.startRoot, word(99)];
    await world.fails(verifier, world.market, "attest", [jobId, 0, word(99)], "WrongRoot", wrong);
    const roots = [arena.toy.startRoot, arena.toy.endRoot, word(3)];
    for (const [k, root] of roots.entries()) await world.send(verifier, world.market, "attest", [jobId, k, root]);
    await arena.finish(await arena.open(challenger), verdict.defenderWrong);
    await world.send(verifier, world.market, "collectFees", [jobId, verifier, 0, 3]);
    expect((await gain(verifier)) + verifierStake).to.equal(BigInt(disputed) * terms.attestationFee);
    await world.send(verifier, world.market, "releaseFees", [jobId, 0, 3]);
    // Everything but the one fee is the submitter's again.
    expect(await gain(submitter)).to.equal(-BigInt(disputed) * terms.attestationFee);
  });
});
