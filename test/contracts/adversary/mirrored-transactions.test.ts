import { expect } from "chai";
import type { Address } from "viem";
import { Arena, disputed, verdict } from "../support/games.ts";
import { audit, commitment, goodTerms, readJob, running, statusOf, timeoutGas, word } from "../support/jobs.ts";
import { enroll, unforced, Window } from "../support/seats.ts";
import { deepShape } from "../support/toy.ts";
import { freshWorld, type Receipt, type Target, type World } from "../support/world.ts";

/** A transaction as its sender means it. */
type Sending = readonly [from: Address, target: Target, functionName: string, args: readonly unknown[]];

/**
 * A bot sends every transaction of the others' itself, in front of them. What it can make is its own game, out of its own
 * pocket, or a call that anyone may make and that pays whom it paid before.
 */
describe("attack: every transaction mirrored in front", () => {
  let world: World;
  beforeEach(async () => {
    world = await freshWorld();
  });
  afterEach(() => audit(world));

  const owed = (target: Target) =>
    Promise.all(Object.values(world.accounts).map((account) => world.credit(target, account)));

  /** The bot's copy; the name of the error with which it is refused, "made" if it is not. */
  async function mirror([, target, functionName, args]: Sending): Promise<string> {
    const { rival } = world.accounts;
    return world.send(rival, target, functionName, args).then(
      () => "made",
      (error: Error) => /reverted: (\w+)/.exec(error.message)?.[1] ?? "reverted",
    );
  }

  /** The copy must be refused; then the transaction itself is made. */
  async function guarded(sending: Sending, error: string): Promise<Receipt> {
    expect(await mirror(sending), sending[2]).to.equal(error);
    return world.send(...sending);
  }

  /** The right move in a game, as its sender sends it. */
  function moveOf(arena: Arena, gameId: bigint): Promise<Sending> {
    return Promise.all([arena.mover(gameId), arena.place(gameId), arena.rightMove(gameId)]).then(
      ([mover, place, { name, args }]) => [mover, world.pinpoint, name, [gameId, ...place, ...args]],
    );
  }

  for (const [winner, value] of [
    ["ChallengerWon", verdict.defenderWrong],
    ["DefenderWon", verdict.challengerWrong],
  ] as const) {
    it(`a game ends as it would: ${winner}, paid to whom it was`, async () => {
      const { challenger, rival, solver } = world.accounts;
      const arena = await Arena.create(world, {}, deepShape);
      await arena.setVerdict(value);
      const opening: Sending = [
        challenger,
        world.pinpoint,
        "open",
        [arena.jobId, disputed, arena.toy.endRoot, word(99)],
      ];
      expect(await mirror(opening)).to.equal("made");
      await world.send(...opening);
      const [copied, gameId] = [1n, 2n];
      expect(await arena.game(copied)).to.include({ challenger: rival });
      expect(await arena.game(gameId)).to.include({ challenger });
      while ((await arena.phase(gameId)) !== winner) await guarded(await moveOf(arena, gameId), "NotMover");
      const game = await arena.game(gameId);
      const pay = winner === "ChallengerWon" ? arena.terms.bounty : arena.terms.replayCompensation;
      const gas = BigInt(winner === "ChallengerWon" ? game.challengerGas : game.defenderGas) * arena.terms.gasRate;
      const bond = winner === "ChallengerWon" ? await world.read<bigint>(world.pinpoint, "bondOf", [arena.jobId]) : 0n;
      const payee = winner === "ChallengerWon" ? challenger : solver;
      expect(await world.credit(world.pinpoint, payee)).to.equal(pay + gas + bond);
      expect(await world.credit(world.pinpoint, rival)).to.equal(0n);
      await guarded([payee, world.pinpoint, "withdraw", []], "NothingOwed");
    });
  }

  it("a timeout pays its tip to whoever says it first, and everything else to whom it did", async () => {
    const { challenger, rival, stranger } = world.accounts;
    const arena = await Arena.create(world, {}, deepShape);
    const gameId = await arena.open();
    await arena.atTimeout(gameId);
    const call: Sending = [stranger, world.pinpoint, "timeout", [gameId]];
    expect(await mirror(call)).to.equal("made");
    const values = [gameId, (await arena.game(gameId)).phase];
    await world.fails(stranger, world.pinpoint, "timeout", [gameId], "GameFinished", values);
    const { gasRate, bounty } = arena.terms;
    const bond = await world.read<bigint>(world.pinpoint, "bondOf", [arena.jobId]);
    expect(await world.credit(world.pinpoint, rival)).to.equal(timeoutGas * gasRate);
    expect(await world.credit(world.pinpoint, challenger)).to.equal(bond + bounty);
  });

  it("a void game's bond goes to its challenger, whoever reclaims it", async () => {
    const { challenger, second, rival } = world.accounts;
    const arena = await Arena.create(world, {}, deepShape);
    const own = await arena.open(challenger);
    await arena.finish(await arena.open(second), verdict.defenderWrong);
    expect(await mirror([challenger, world.pinpoint, "reclaim", [own]])).to.equal("made");
    expect(await world.credit(world.pinpoint, rival)).to.equal(0n);
    const bond = await world.read<bigint>(world.pinpoint, "bondOf", [arena.jobId]);
    expect(await world.credit(world.pinpoint, challenger)).to.equal(bond);
  });

  it("a job's calls are its parties', or pay them whoever makes them", async () => {
    const { solver, verifier, submitter, rival, stranger } = world.accounts;
    const terms = await goodTerms(world);
    const jobId = await running(world, terms);
    const { market } = world;
    for (let k = 0; k < 3; k++)
      await guarded([solver, market, "commit", await commitment(world, jobId, k)], "NotSolver");
    await world.at((await readJob(world, jobId)).windowEnd);
    expect(await mirror([solver, market, "settle", [jobId]])).to.equal("made");
    expect(await statusOf(world, jobId)).to.equal("Settled");
    const price = terms.workUnits * terms.unitPrice;
    expect(await world.credit(market, solver)).to.equal(price);
    expect(await world.credit(market, submitter)).to.equal(12n * terms.attestationFee);
    for (const account of [rival, stranger, verifier]) expect(await world.credit(market, account)).to.equal(0n);
    expect((await owed(market)).reduce((sum, amount) => sum + amount, 0n)).to.equal(price + 12n * terms.attestationFee);
  });

  it("a seat's calls are its verifier's; openings, forfeits and closings do the same whoever makes them", async () => {
    const { solver, verifier, rival, stranger } = world.accounts;
    await enroll(world, rival);
    const window = await Window.open(world, [verifier], {}, unforced(verifier, rival));
    const { verification, market } = world;
    const call = (from: Address, name: string, args: readonly unknown[]): Sending => [from, verification, name, args];
    await window.at("Seal", 10);
    // A bot with a seat of its own may copy the seal, and can then never open it.
    expect(await mirror(call(verifier, "seal", window.seal(verifier, 0)))).to.equal("made");
    await world.send(...call(verifier, "seal", window.seal(verifier, 0)));
    await world.send(...call(verifier, "seal", window.seal(verifier, 1)));
    await window.at("Attest");
    await guarded(call(verifier, "attest", window.attestation(verifier, 0)), "WrongSeal");
    await guarded(call(verifier, "attest", window.attestation(verifier, 1)), "WrongSeat");
    await window.at("Open");
    expect(await mirror(call(solver, "openState", window.opening(0)))).to.equal("made");
    await guarded(call(verifier, "reveal", window.reveal(verifier, 0)), "WrongSeat");
    expect(await world.read(verification, "openedState", [window.jobId, 0])).to.equal(window.state(0).root);
    // The solver keeps segment 1 closed.
    await window.at("Prove");
    expect(await mirror(call(stranger, "forfeit", [window.jobId, 1]))).to.equal("made");
    expect(await readJob(world, window.jobId)).to.include({ convictedCheckpoint: 1 });
    for (const k of [0, 1])
      expect(await mirror(call(verifier, "closeSeat", [window.jobId, k, verifier]))).to.equal("made");
    expect(await mirror(call(rival, "closeSeat", [window.jobId, 0, rival]))).to.equal("made");
    expect((await window.seat(rival, 0)).outcome).to.equal("Void");
    expect(await world.credit(market, verifier)).to.equal(window.terms.attestationFee);
    expect(await world.credit(market, rival)).to.equal(0n);
    expect(await world.credit(world.pinpoint, rival)).to.equal(timeoutGas * window.terms.gasRate);
  });

  it("an acceptance goes to who locks a stake first: the other loses the job, and nothing else", async () => {
    const { solver, rival, submitter } = world.accounts;
    const terms = await goodTerms(world);
    await world.send(submitter, world.market, "submit", [{ ...terms, order: 2 }]);
    for (const account of [solver, rival]) await world.send(account, world.staking, "deposit", [terms.stake]);
    const { termsHash } = await readJob(world, 1n);
    expect(await mirror([solver, world.market, "accept", [1n, termsHash, ""]])).to.equal("made");
    await world.fails(solver, world.market, "accept", [1n, termsHash, ""], "WrongStatus", [1n, 2]);
    expect(await world.read(world.staking, "free", [solver])).to.equal(terms.stake);
    expect(await world.read(world.staking, "free", [rival])).to.equal(0n);
  });
});
