import { expect } from "chai";
import { zeroAddress, type Address } from "viem";
import { audit, deposit, stakeOf } from "./support/jobs.ts";
import { burnAddress, event, freshWorld, oddWorld, unbondingSeconds, type World } from "./support/world.ts";

describe("Staking", () => {
  let world: World;
  let solver: Address;
  let market: Address;
  const slash = (amount: bigint, recipient: Address, paid: bigint) =>
    world.send(market, world.staking, "slash", [solver, amount, recipient, paid]);

  beforeEach(async () => {
    world = await freshWorld();
    solver = world.accounts.solver;
    market = await world.impersonate(world.market.address);
  });
  afterEach(() => audit(world));

  it("takes deposits, unbonds them and pays them back after the delay", async () => {
    const before = await world.balance(solver);
    expect(event(await world.send(solver, world.staking, "deposit", [100n]), "Deposited")).to.deep.equal({
      account: solver,
      amount: 100n,
    });
    const started = event(await world.send(solver, world.staking, "unbond", [30n]), "UnbondingStarted");
    const unbondedAt = (await world.now()) + unbondingSeconds;
    expect(started).to.deep.equal({ account: solver, amount: 30n, unbonding: 30n, unbondedAt });
    expect(await world.read(world.staking, "free", [solver])).to.equal(70n);
    expect(await world.read(world.staking, "bonded", [solver])).to.equal(70n);
    expect(await stakeOf(world, solver)).to.deep.equal({ staked: 100n, locked: 0n, unbonding: 30n, unbondedAt });
    await world.at(unbondedAt - 1n);
    await world.fails(solver, world.staking, "withdraw", [], "StillUnbonding", [solver, unbondedAt]);
    await world.at(unbondedAt);
    const receipt = await world.send(solver, world.staking, "withdraw");
    expect(event(receipt, "Unbonded")).to.deep.equal({ account: solver, amount: 30n });
    expect(await world.balance(solver)).to.equal(before - 70n);
    await world.fails(solver, world.staking, "withdraw", [], "NothingUnbonding", [solver]);
  });

  it("restarts the delay for all that unbonds when more is added", async () => {
    await deposit(world, solver, 100n);
    await world.send(solver, world.staking, "unbond", [30n]);
    const first = (await world.now()) + unbondingSeconds;
    await world.at(first - 10n);
    await world.send(solver, world.staking, "unbond", [5n]);
    const second = first - 10n + unbondingSeconds;
    await world.at(first);
    await world.fails(solver, world.staking, "withdraw", [], "StillUnbonding", [solver, second]);
    await world.at(second);
    const receipt = await world.send(solver, world.staking, "withdraw");
    expect(event(receipt, "Unbonded")["amount"]).to.equal(35n);
  });

  it("refuses nothing, and more than is free", async () => {
    await world.fails(solver, world.staking, "deposit", [0n], "ZeroAmount");
    await world.fails(solver, world.staking, "unbond", [0n], "ZeroAmount");
    await deposit(world, solver, 100n);
    await world.send(market, world.staking, "lock", [solver, 60n]);
    await world.fails(solver, world.staking, "unbond", [41n], "InsufficientFree", [solver, 40n, 41n]);
    await world.send(solver, world.staking, "unbond", [40n]);
    await world.fails(market, world.staking, "lock", [solver, 1n], "InsufficientFree", [solver, 0n, 1n]);
    await world.fails(market, world.staking, "unlock", [solver, 61n], "InsufficientLocked", [solver, 60n, 61n]);
    const tooMuch = 2n ** 128n;
    await world.fails(solver, world.staking, "deposit", [tooMuch], "SafeCastOverflowedUintDowncast", [128, tooMuch]);
  });

  it("locks and unlocks free stake", async () => {
    await deposit(world, solver, 100n);
    const locked = event(await world.send(market, world.staking, "lock", [solver, 100n]), "Locked");
    expect(locked).to.deep.equal({ account: solver, amount: 100n });
    const unlocked = event(await world.send(market, world.staking, "unlock", [solver, 100n]), "Unlocked");
    expect(unlocked).to.deep.equal({ account: solver, amount: 100n });
    expect(await world.read(world.staking, "free", [solver])).to.equal(100n);
  });

  it("slashes one unit, part and everything; pays one part and burns the other", async () => {
    const { stranger } = world.accounts;
    const before = await world.balance(stranger);
    await deposit(world, solver, 100n);
    await world.send(market, world.staking, "lock", [solver, 60n]);
    await slash(1n, stranger, 0n);
    const slashed = event(await slash(40n, stranger, 15n), "Slashed");
    expect(slashed).to.deep.equal({ account: solver, amount: 40n, recipient: stranger, paid: 15n, burned: 25n });
    expect(await stakeOf(world, solver)).to.include({ staked: 59n, locked: 19n, unbonding: 0n });
    await slash(59n, stranger, 59n);
    expect(await stakeOf(world, solver)).to.include({ staked: 0n, locked: 0n, unbonding: 0n });
    expect(await world.balance(stranger)).to.equal(before + 74n);
    expect(await world.balance(burnAddress)).to.equal(26n);
    await world.fails(market, world.staking, "slash", [solver, 1n, stranger, 0n], "InsufficientStake", [
      solver,
      0n,
      1n,
    ]);
  });

  it("slashes what unbonds last, and still does so after the delay", async () => {
    await deposit(world, solver, 100n);
    await world.send(market, world.staking, "lock", [solver, 30n]);
    await world.send(solver, world.staking, "unbond", [50n]);
    await slash(50n, burnAddress, 0n);
    expect(await stakeOf(world, solver)).to.include({ staked: 50n, locked: 0n, unbonding: 50n });
    await world.at((await world.now()) + unbondingSeconds);
    await slash(20n, burnAddress, 0n);
    expect(await stakeOf(world, solver)).to.include({ staked: 30n, unbonding: 30n });
    expect(event(await world.send(solver, world.staking, "withdraw"), "Unbonded")["amount"]).to.equal(30n);
  });

  it("never pays more than it takes", async () => {
    await deposit(world, solver, 10n);
    await world.fails(market, world.staking, "slash", [solver, 5n, market, 6n], "PaysTooMuch", [5n, 6n]);
  });

  it("lets nobody but the market touch another's stake", async () => {
    for (const caller of Object.values(world.accounts)) {
      const notBound = [caller, world.market.address];
      await world.fails(caller, world.staking, "lock", [solver, 0n], "NotBound", notBound);
      await world.fails(caller, world.staking, "unlock", [solver, 0n], "NotBound", notBound);
      await world.fails(caller, world.staking, "slash", [solver, 0n, caller, 0n], "NotBound", notBound);
    }
  });

  it("is bound once, by the deployer, to two contracts", async () => {
    const { deployer, stranger } = world.accounts;
    const fresh = {
      ...world.staking,
      ...(await world.deploy("Staking", world.token.address, 5n)),
      abi: world.staking.abi,
    };
    const both = [stranger, market];
    await world.fails(stranger, fresh, "bind", [both], "NotDeployer", [stranger, deployer]);
    await world.fails(deployer, fresh, "bind", [[stranger, zeroAddress]], "ZeroAddress");
    for (const few of [[], [stranger], [stranger, market, stranger]])
      await world.fails(deployer, fresh, "bind", [few], "WrongBindings", [BigInt(few.length), 2n]);
    expect(event(await world.send(deployer, fresh, "bind", [both]), "Bound")).to.deep.equal({ bound: both });
    await world.fails(deployer, fresh, "bind", [both], "AlreadyBound", [stranger]);
    expect(await world.read(fresh, "deployer")).to.equal(deployer);
  });

  it("is not deployed without a token or a delay", async () => {
    await world.deployFails("Staking", [`0x${"00".repeat(20)}`, 1n], "ZeroAddress");
    await world.deployFails("Staking", [world.token.address, 0n], "ZeroAmount");
  });

  describe("with an odd token", () => {
    beforeEach(async () => {
      world = await oddWorld();
      solver = world.accounts.solver;
    });

    it("refuses a deposit of which the token keeps a part", async () => {
      await world.send(solver, world.token, "setFee", [10n]);
      await world.fails(solver, world.staking, "deposit", [1_000n], "ShortTransfer", [1_000n, 990n]);
      await world.send(solver, world.token, "setFee", [0n]);
    });

    it("refuses calls from within a transfer", async () => {
      await deposit(world, solver, 100n);
      for (const [name, args] of [
        ["withdraw", []],
        ["deposit", [1n]],
      ] as const) {
        await world.duringTransfer(world.staking, name, args);
        await world.fails(solver, world.staking, "deposit", [1n], "ReentrancyGuardReentrantCall");
      }
    });
  });
});
