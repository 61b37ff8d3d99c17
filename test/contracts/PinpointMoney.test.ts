import { expect } from "chai";
import type { Address } from "viem";
import { creditReasons, phases, type Phase } from "../../protocol/index.ts";
import { Arena, disputed, verdict } from "./support/games.ts";
import { audit, bondOf, readJob, stakeOf, statusOf, timeoutGas, word } from "./support/jobs.ts";
import { deepShape, shortShape } from "./support/toy.ts";
import { burnAddress, event, freshWorld, oddWorld, supplyEach, type Receipt, type World } from "./support/world.ts";

/** Credits of a transaction as reason → amount, for one account. */
function credits(receipt: Receipt, account: Address): Record<string, bigint> {
  const own = receipt.logs.filter(({ eventName, args }) => eventName === "Credited" && args["account"] === account);
  return Object.fromEntries(
    own.map(({ args }) => [creditReasons[args["reason"] as number]!, args["amount"] as bigint]),
  );
}

describe("Pinpoint's money", () => {
  let world: World;
  let accounts: World["accounts"];

  beforeEach(async () => {
    world = await freshWorld();
    accounts = world.accounts;
  });
  afterEach(() => audit(world));

  const burned = () => world.balance(burnAddress);
  const owed = (account: Address) => world.credit(world.pinpoint, account);

  it("of a game the challenger wins: bond, gas and bounty to him, the rest of the stake burned", async () => {
    const arena = await Arena.create(world);
    const { terms, jobId } = arena;
    const gameId = await arena.open();
    const receipt = await arena.finish(gameId, verdict.defenderWrong);
    const gas = BigInt((await arena.game(gameId)).challengerGas) * terms.gasRate;
    const bond = bondOf(terms);
    expect(credits(receipt, accounts.challenger)).to.deep.equal({ Bond: bond, Gas: gas, Bounty: terms.bounty });
    expect(event(receipt, "GameEnded")).to.deep.equal({
      gameId,
      phase: phases.indexOf("ChallengerWon"),
      winnerGas: Number(gas / terms.gasRate),
      paid: bond + gas + terms.bounty,
    });
    const paid = gas + terms.bounty;
    expect(event(receipt, "Slashed")).to.deep.equal({
      account: accounts.solver,
      amount: terms.stake,
      recipient: world.pinpoint.address,
      paid,
      burned: terms.stake - paid,
    });
    expect(await burned()).to.equal(terms.stake - paid);
    expect(await statusOf(world, jobId)).to.equal("Convicted");
    expect((await readJob(world, jobId)).convictedCheckpoint).to.equal(disputed);
    await world.send(accounts.challenger, world.pinpoint, "withdraw");
    expect(await world.balance(accounts.challenger)).to.equal(supplyEach + paid);
    expect(await world.balance(world.pinpoint.address)).to.equal(0n);
  });

  it("of a game the defender wins: gas and compensation to him, the rest of the bond burned, and the job settles", async () => {
    const arena = await Arena.create(world);
    const { terms, jobId } = arena;
    const gameId = await arena.open();
    const receipt = await arena.finish(gameId, verdict.challengerWrong);
    const gas = BigInt((await arena.game(gameId)).defenderGas) * terms.gasRate;
    expect(credits(receipt, accounts.solver)).to.deep.equal({ Gas: gas, ReplayCompensation: terms.replayCompensation });
    const paid = gas + terms.replayCompensation;
    expect(event(receipt, "GameEnded")).to.deep.equal({
      gameId,
      phase: phases.indexOf("DefenderWon"),
      winnerGas: Number(gas / terms.gasRate),
      paid,
    });
    expect(event(receipt, "Burned")).to.deep.equal({ gameId, amount: bondOf(terms) - paid });
    expect(await stakeOf(world, accounts.solver)).to.include({ staked: terms.stake, locked: terms.stake });
    await world.at((await readJob(world, jobId)).windowEnd);
    await world.send(accounts.stranger, world.market, "settle", [jobId]);
    expect(await stakeOf(world, accounts.solver)).to.include({ staked: terms.stake, locked: 0n });
    await world.send(accounts.solver, world.pinpoint, "withdraw");
    expect(await world.balance(world.pinpoint.address)).to.equal(0n);
    await world.fails(accounts.solver, world.pinpoint, "withdraw", [], "NothingOwed", [accounts.solver]);
  });

  it("repays as much gas as the moves cost, to a few thousand", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const spent: Record<Address, number> = {};
    await arena.setVerdict(verdict.defenderWrong);
    while ((await arena.phase(gameId)) !== "ChallengerWon") {
      const mover = await arena.mover(gameId);
      const { gasUsed } = await arena.move(gameId);
      spent[mover] = (spent[mover] ?? 0) + Number(gasUsed);
    }
    const { defenderGas, challengerGas, moves } = await arena.game(gameId);
    console.log(
      `      metered ${defenderGas} of ${spent[accounts.solver]}, ${challengerGas} of ${spent[accounts.challenger]}`,
    );
    // UNITS: gas. A move's refunds and the calldata floor are not metered; zero bytes are metered as others.
    const perMove = 4_000;
    expect(Math.abs(defenderGas - spent[accounts.solver]!)).to.be.below(perMove * moves);
    expect(Math.abs(challengerGas - spent[accounts.challenger]!)).to.be.below(perMove * moves);
  });

  it("repays no more gas than the cap", async () => {
    const arena = await Arena.create(world, { gasCap: 30_000 }, shortShape);
    const gameId = await arena.open();
    await arena.finish(gameId, verdict.defenderWrong);
    expect(await arena.game(gameId)).to.include({ defenderGas: 30_000, challengerGas: 30_000, gasCap: 30_000 });
    expect(await owed(accounts.challenger)).to.equal(
      bondOf(arena.terms) + 30_000n * arena.terms.gasRate + arena.terms.bounty,
    );
  });

  it("with rates of zero moves no more than the bounty", async () => {
    const arena = await Arena.create(world, { gasRate: 0n, gasCap: 0, replayCompensation: 0n }, shortShape);
    const lost = await arena.open();
    await arena.finish(lost, verdict.challengerWrong);
    const won = await arena.open(accounts.rival);
    await arena.finish(won, verdict.defenderWrong);
    expect([await owed(accounts.solver), await owed(accounts.rival)]).to.deep.equal([0n, arena.terms.bounty]);
  });

  it("makes a coalition of solver and challenger poorer by what is burned", async () => {
    for (const [value, self] of [
      [verdict.defenderWrong, true],
      [verdict.challengerWrong, true],
      [verdict.defenderWrong, false],
    ] as const) {
      world = await freshWorld();
      const { solver, challenger } = accounts;
      const arena = await Arena.create(world);
      const gameId = await arena.open(self ? solver : challenger);
      await arena.finish(gameId, value);
      const wealth = async (account: Address) =>
        (await world.balance(account)) + (await owed(account)) + (await stakeOf(world, account)).staked;
      const lost = 2n * supplyEach - (await wealth(solver)) - (await wealth(challenger));
      expect(lost).to.equal(await burned());
      expect(lost > 0n).to.equal(true);
      if (value === verdict.defenderWrong) expect(lost > arena.terms.stake / 2n).to.equal(true);
    }
  });

  describe("of a timeout", () => {
    const reached: readonly Phase[] = [
      "GridReveal",
      "GridPick",
      "CellReveal",
      "CellPick",
      "TraceReveal",
      "SidePick",
      "OperatorReveal",
      "OperatorPick",
      "TensorReveal",
      "ChunkPick",
      "ChunksReveal",
      "ChunkReveal",
      "Judgement",
    ];
    for (const phase of reached) {
      it(`in ${phase}: the mover loses, the caller gets his tip from the loser`, async () => {
        const arena = await Arena.create(world);
        const { terms, jobId } = arena;
        const gameId = await arena.open();
        await arena.playTo(gameId, phase);
        const game = await arena.game(gameId);
        const byDefender = (await arena.mover(gameId)) === accounts.solver;
        await arena.atTimeout(gameId);
        const receipt = await world.send(accounts.stranger, world.pinpoint, "timeout", [gameId]);
        const tip = timeoutGas * terms.gasRate;
        const loser = byDefender ? 1 : 2;
        expect(event(receipt, "TimedOut")).to.deep.equal({ gameId, loser, caller: accounts.stranger, tip });
        expect(credits(receipt, accounts.stranger)).to.deep.equal({ TimeoutTip: tip });
        const gas = BigInt(byDefender ? game.challengerGas : game.defenderGas) * terms.gasRate;
        if (byDefender) {
          const expected: Record<string, bigint> = { Bond: bondOf(terms), Gas: gas, Bounty: terms.bounty };
          if (gas === 0n) delete expected["Gas"];
          expect(credits(receipt, accounts.challenger)).to.deep.equal(expected);
          expect(await burned()).to.equal(terms.stake - gas - terms.bounty - tip);
          expect(await statusOf(world, jobId)).to.equal("Convicted");
        } else {
          expect(credits(receipt, accounts.solver)).to.deep.equal({
            Gas: gas,
            ReplayCompensation: terms.replayCompensation,
          });
          expect(await burned()).to.equal(bondOf(terms) - gas - terms.replayCompensation - tip);
          expect((await readJob(world, jobId)).openGames).to.equal(0);
        }
      });
    }

    it("costs its caller less than the tip", async () => {
      const arena = await Arena.create(world);
      const gameId = await arena.open();
      await arena.atTimeout(gameId);
      const { gasUsed } = await world.send(accounts.stranger, world.pinpoint, "timeout", [gameId]);
      console.log(`      timeout that convicts: ${gasUsed}`);
      expect(gasUsed < timeoutGas).to.equal(true);
    });
  });

  describe("of several games on one job", () => {
    it("voids the others when one convicts: bonds back, gas from the reserve, the rest burned", async () => {
      const arena = await Arena.create(world, {}, deepShape);
      const { terms, jobId } = arena;
      const winner = await arena.open(accounts.challenger);
      const idle = await arena.open(accounts.rival);
      const played = await arena.open(accounts.second);
      await arena.playTo(played, "TraceReveal");
      const lost = await arena.open(accounts.verifier);
      await arena.finish(lost, verdict.challengerWrong);
      await arena.finish(winner, verdict.defenderWrong);

      for (const gameId of [idle, played]) {
        const { name, args } = await arena.rightMove(gameId);
        await world.fails(
          await arena.mover(gameId),
          world.pinpoint,
          name,
          [gameId, ...(await arena.place(gameId)), ...args],
          "GameIsVoid",
          [gameId],
        );
        await arena.atTimeout(gameId);
        await world.fails(accounts.stranger, world.pinpoint, "timeout", [gameId], "GameIsVoid", [gameId]);
      }
      const values = [jobId, phases.length && 7];
      await world.fails(accounts.rival, world.pinpoint, "open", [jobId, 0, word(1), word(2)], "WrongStatus", values);

      const part = BigInt(terms.gasCap) * terms.gasRate;
      const before = await burned();
      const first = await world.send(accounts.stranger, world.pinpoint, "reclaim", [idle]);
      expect(credits(first, accounts.rival)).to.deep.equal({ Bond: bondOf(terms) });
      expect(event(first, "GameEnded")).to.deep.equal({
        gameId: idle,
        phase: phases.indexOf("Void"),
        winnerGas: 0,
        paid: bondOf(terms),
      });
      expect(await burned()).to.equal(before + part);
      const gas = BigInt((await arena.game(played)).challengerGas) * terms.gasRate;
      const second = await world.send(accounts.stranger, world.pinpoint, "reclaim", [played]);
      expect(credits(second, accounts.second)).to.deep.equal({ Bond: bondOf(terms), Gas: gas });
      expect(await burned()).to.equal(before + 2n * part - gas);
      for (const account of [accounts.challenger, accounts.rival, accounts.second, accounts.solver]) {
        await world.send(account, world.pinpoint, "withdraw");
      }
      expect(await world.balance(world.pinpoint.address)).to.equal(0n);
    });

    it("repays the gas of the first sixteen, and of the winner even if he is not among them", async () => {
      const arena = await Arena.create(world, {}, { ...shortShape, steps: 2, step: 1 });
      const { terms } = arena;
      const games: bigint[] = [];
      for (let count = 0; count < 18; count++)
        games.push(await arena.open(count === 16 ? accounts.challenger : accounts.rival));
      for (const gameId of games) await arena.playTo(gameId, "TraceReveal");
      const refunded = await Promise.all(games.map(async (gameId) => (await arena.game(gameId)).gasRefunded));
      expect(refunded).to.deep.equal(games.map((_, index) => index < 16));
      const [receipt] = [await arena.finish(games[16]!, verdict.defenderWrong)];
      const gas = BigInt((await arena.game(games[16]!)).challengerGas) * terms.gasRate;
      const reserve = 16n * BigInt(terms.gasCap) * terms.gasRate;
      expect(event(receipt, "Slashed")["paid"]).to.equal(gas + terms.bounty + reserve);
      let spent = 0n;
      for (const gameId of games.toSpliced(16, 1)) {
        await audit(world);
        const reclaimed = credits(
          await world.send(accounts.rival, world.pinpoint, "reclaim", [gameId]),
          accounts.rival,
        );
        const used = BigInt((await arena.game(gameId)).challengerGas) * terms.gasRate;
        expect(reclaimed).to.deep.equal({ Bond: bondOf(terms), ...(gameId <= 16n ? { Gas: used } : {}) });
        spent += reclaimed["Gas"] ?? 0n;
      }
      expect(await burned()).to.equal(terms.stake - gas - terms.bounty - spent);
      for (const account of [accounts.rival, accounts.challenger])
        await world.send(account, world.pinpoint, "withdraw");
      expect(await world.balance(world.pinpoint.address)).to.equal(0n);
    });

    it("is enough at the least stake, when seventeen use all their gas and a timeout is tipped", async () => {
      const changes = { gasCap: 21_000, gasRate: 7n, latePenalty: 0n };
      // The least stake but for what cheating must cost, which is burned.
      const deterrence = 6_000_000n;
      const paid = 5_000_000n + (17n * 21_000n + timeoutGas) * 7n;
      const stake = paid + deterrence;
      const arena = await Arena.create(world, { ...changes, stake }, { ...shortShape, steps: 2, step: 1 });
      const games: bigint[] = [];
      for (let count = 0; count < 17; count++) games.push(await arena.open(accounts.rival));
      for (const gameId of games) await arena.playTo(gameId, "TraceReveal");
      await arena.atTimeout(games[16]!);
      const receipt = await world.send(accounts.stranger, world.pinpoint, "timeout", [games[16]]);
      expect(event(receipt, "Slashed")).to.include({ paid, burned: deterrence });
      for (const gameId of games.slice(0, 16)) await world.send(accounts.stranger, world.pinpoint, "reclaim", [gameId]);
      expect(await burned()).to.equal(deterrence);
    });

    it("goes on with the others when the defender wins one", async () => {
      const arena = await Arena.create(world);
      const [lost, other] = [await arena.open(accounts.challenger), await arena.open(accounts.rival)];
      await arena.finish(lost, verdict.challengerWrong);
      await world.fails(accounts.rival, world.pinpoint, "reclaim", [other], "GameNotVoid", [other]);
      await arena.finish(other, verdict.defenderWrong);
      expect(await statusOf(world, arena.jobId)).to.equal("Convicted");
    });

    it("ends a game even after the window, and then settles", async () => {
      const arena = await Arena.create(world, { window: 100 });
      const gameId = await arena.open();
      const { windowEnd } = await readJob(world, arena.jobId);
      await world.at(windowEnd);
      await world.fails(accounts.stranger, world.market, "settle", [arena.jobId], "GamesOpen", [arena.jobId, 1n]);
      await arena.finish(gameId, verdict.challengerWrong);
      await world.send(accounts.stranger, world.market, "settle", [arena.jobId]);
      expect(await statusOf(world, arena.jobId)).to.equal("Settled");
    });
  });

  describe("with an odd token", () => {
    beforeEach(async () => {
      world = await oddWorld();
      accounts = world.accounts;
    });

    it("refuses a bond of which the token keeps a part", async () => {
      const arena = await Arena.create(world);
      await world.send(accounts.deployer, world.token, "setFee", [500n]);
      const bond = bondOf(arena.terms);
      const args = [arena.jobId, disputed, arena.toy.endRoot, word(99)];
      await world.fails(accounts.challenger, world.pinpoint, "open", args, "ShortTransfer", [bond, bond / 2n]);
    });

    it("refuses calls from within a transfer", async () => {
      const arena = await Arena.create(world, {}, shortShape);
      const gameId = await arena.open();
      await arena.finish(gameId, verdict.challengerWrong);
      const second = await arena.open();
      const calls: readonly [string, readonly unknown[]][] = [
        ["withdraw", []],
        ["open", [arena.jobId, disputed, arena.toy.endRoot, word(99)]],
        ["timeout", [second]],
        ["reclaim", [second]],
      ];
      for (const [name, args] of calls) {
        await world.duringTransfer(world.pinpoint, name, args);
        await world.fails(accounts.solver, world.pinpoint, "withdraw", [], "ReentrancyGuardReentrantCall");
      }
    });
  });
});
