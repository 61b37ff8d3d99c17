import { expect } from "chai";
import { encodeAbiParameters, keccak256, zeroAddress, zeroHash, type Address, type Hex } from "viem";
import { commitRevealBeaconAbi } from "../../protocol/index.ts";
import { enroll } from "./support/seats.ts";
import { word } from "./support/jobs.ts";
import { burnAddress, freshWorld, oddWorld, request, type Target, type World } from "./support/world.ts";

const [commitBlocks, revealBlocks, bond, places] = [6n, 5n, 1_000n, 3n];
const roundBlocks = commitBlocks + revealBlocks;

const hash = (types: readonly string[], values: readonly unknown[]) =>
  keccak256(encodeAbiParameters(types.map((type) => ({ type })), values)); // prettier-ignore

/** As the contract's, written a second time. */
const commitmentOf = (round: bigint, account: Address, secret: Hex) =>
  hash(["uint64", "address", "bytes32"], [round, account, secret]);
const wordOf = (target: bigint, secrets: readonly (readonly [Address, Hex])[]) => {
  const hashes = secrets.map(([account, secret]) => BigInt(hash(["address", "bytes32"], [account, secret])));
  const mix = hashes.reduce((sum, next) => sum ^ next, 0n);
  return hash(["uint64", "uint256"], [target, mix]);
};

/** A beacon among three verifiers of unequal stake, and rounds of it. */
class Rounds {
  readonly world: World;
  readonly beacon: Target;

  private constructor(world: World, beacon: Target) {
    this.world = world;
    this.beacon = beacon;
  }

  static async create(world: World): Promise<Rounds> {
    const deployed = await world.deploy(
      "CommitRevealBeacon",
      world.token.address,
      commitBlocks,
      revealBlocks,
      bond,
      places,
    );
    const rounds = new Rounds(world, { ...deployed, abi: commitRevealBeaconAbi });
    const { deployer, verifier, second, rival } = world.accounts;
    await world.send(deployer, rounds.beacon, "bind", [[world.verification.address]]);
    for (const [index, account] of [verifier, second, rival].entries())
      await enroll(world, account, 100n * BigInt(index + 1));
    for (const account of Object.values(world.accounts))
      await world.send(account, world.token, "approve", [rounds.beacon.address, 2n ** 256n - 1n]);
    return rounds;
  }

  async height(): Promise<bigint> {
    return BigInt(await request<Hex>("eth_blockNumber", []));
  }

  /** Mines until the next transaction is in this block. */
  async before(block: bigint): Promise<void> {
    for (let at = await this.height(); at < block - 1n; at++) await request("evm_mine", []);
  }

  /** A request, and the chain in the first block of the round that answers it. */
  async ask(): Promise<{ readonly target: bigint; readonly round: bigint }> {
    const target = await this.read<bigint>("targetBlock");
    const round = target / roundBlocks - 1n;
    await this.before(round * roundBlocks);
    return { target, round };
  }

  toReveal(round: bigint): Promise<void> {
    return this.before(round * roundBlocks + commitBlocks);
  }

  toEnd(round: bigint): Promise<void> {
    return this.before((round + 1n) * roundBlocks);
  }

  commit(account: Address, round: bigint, secret: Hex) {
    return this.world.send(account, this.beacon, "commit", [round, commitmentOf(round, account, secret)]);
  }

  reveal(account: Address, round: bigint, secret: Hex) {
    return this.world.send(account, this.beacon, "reveal", [round, secret]);
  }

  read<T>(name: string, args: readonly unknown[] = []): Promise<T> {
    return this.world.read<T>(this.beacon, name, args);
  }

  fails(account: Address, name: string, args: readonly unknown[], error: string, values: readonly unknown[] = []) {
    return this.world.fails(account, this.beacon, name, args, error, values);
  }

  /** Once a round is over: the word, which must be there. */
  async word(target: bigint): Promise<Hex> {
    await request("evm_mine", []);
    const found = await this.read<Hex>("wordOf", [target]);
    expect(found).to.not.equal(zeroHash);
    return found;
  }
}

/** Words that verifiers make together. */
describe("CommitRevealBeacon", () => {
  let world: World;
  let rounds: Rounds;
  let verifier: Address;
  let second: Address;
  let rival: Address;
  let stranger: Address;

  beforeEach(async () => {
    world = await freshWorld();
    rounds = await Rounds.create(world);
    ({ verifier, second, rival, stranger } = world.accounts);
  });

  it("asks for a round of which no block is there, whenever it is asked", async () => {
    for (let n = 0n; n < 2n * roundBlocks; n++) {
      const target = await rounds.read<bigint>("targetBlock");
      const now = await rounds.height();
      expect(target % roundBlocks).to.equal(0n);
      expect(target - roundBlocks > now && target - 2n * roundBlocks <= now).to.equal(true);
      await request("evm_mine", []);
    }
  });

  it("makes a word of all secrets revealed in whichever order, known when the round is over and the same ever after", async () => {
    const { target, round } = await rounds.ask();
    const secrets = [
      [verifier, word(1)],
      [second, word(2)],
      [rival, word(3)],
    ] as const;
    for (const [account, secret] of secrets) await rounds.commit(account, round, secret);
    expect(await rounds.read("secretsOf", [round])).to.deep.equal([3n, 0n]);
    expect(await rounds.read("commitmentIn", [round, second])).to.equal(commitmentOf(round, second, word(2)));
    await rounds.toReveal(round);
    for (const [account, secret] of secrets.toReversed()) await rounds.reveal(account, round, secret);
    await rounds.toEnd(round);
    expect(await rounds.height()).to.equal(target - 1n);
    expect(await rounds.read("wordOf", [target])).to.equal(zeroHash);
    const expected = wordOf(target, secrets);
    expect(await rounds.word(target)).to.equal(expected);
    expect(await rounds.read("answeringRound", [target])).to.equal(round);
    for (const none of [target - 1n, target + 1n, 0n, target + 5n * roundBlocks, 2n ** 64n - 1n])
      expect(await rounds.read("wordOf", [none])).to.equal(zeroHash);

    const later = await rounds.ask();
    await rounds.commit(second, later.round, word(4));
    await rounds.toReveal(later.round);
    await rounds.reveal(second, later.round, word(4));
    await rounds.toEnd(later.round);
    expect(await rounds.word(later.target)).to.equal(wordOf(later.target, [[second, word(4)]]));
    expect(await rounds.read("wordOf", [target])).to.equal(expected);

    // Every bond is owed to who revealed, and nothing else is there.
    for (const [account, owed] of [
      [verifier, bond],
      [second, 2n * bond],
      [rival, bond],
    ] as const) {
      expect(await world.credit(rounds.beacon, account)).to.equal(owed);
      await world.send(account, rounds.beacon, "withdraw");
    }
    expect(await world.balance(rounds.beacon.address)).to.equal(0n);
    await rounds.fails(stranger, "burn", [round], "NothingToBurn", [round]);
  });

  it("takes commitments in their part of a round only, once, and from enrolled verifiers", async () => {
    const { round } = await rounds.ask();
    const args = (account: Address) => [round, commitmentOf(round, account, word(1))];
    await rounds.fails(stranger, "commit", args(stranger), "NotEnrolled", [stranger]);
    await rounds.fails(verifier, "commit", [round, zeroHash], "ZeroCommitment");
    const now = await rounds.height();
    for (const other of [round - 1n, round + 1n]) {
      await rounds.fails(verifier, "commit", [other, word(1)], "NotCommitting", [other, now + 1n]);
      await rounds.fails(verifier, "reveal", [other, word(1)], "NotRevealing", [other, now + 1n]);
    }
    await rounds.commit(verifier, round, word(1));
    await rounds.fails(verifier, "commit", args(verifier), "AlreadyCommitted", [round, verifier]);
    await rounds.fails(verifier, "reveal", [round, word(1)], "NotRevealing", [round, (await rounds.height()) + 1n]);
    await rounds.before(round * roundBlocks + commitBlocks - 1n);
    await rounds.commit(second, round, word(2));
    const late = round * roundBlocks + commitBlocks;
    await rounds.fails(rival, "commit", args(rival), "NotCommitting", [round, late]);
    await rounds.reveal(second, round, word(2));
  });

  it("takes a secret once, from who committed to it, until the round is over", async () => {
    const { round, target } = await rounds.ask();
    await rounds.commit(verifier, round, word(1));
    await rounds.commit(second, round, word(2));
    await rounds.toReveal(round);
    await rounds.fails(rival, "reveal", [round, word(1)], "NoCommitment", [round, rival]);
    const [expected, given] = [word(1), word(2)].map((secret) => commitmentOf(round, verifier, secret));
    await rounds.fails(verifier, "reveal", [round, word(2)], "WrongSecret", [expected, given]);
    await rounds.reveal(verifier, round, word(1));
    await rounds.fails(verifier, "reveal", [round, word(1)], "NoCommitment", [round, verifier]);
    await rounds.toEnd(round);
    await rounds.fails(stranger, "burn", [round + 1n], "RoundOpen", [round + 1n, target + roundBlocks]);
    await request("evm_mine", []);
    const now = await rounds.height();
    await rounds.fails(second, "reveal", [round, word(2)], "NotRevealing", [round, now + 1n]);
    expect(await rounds.word(target)).to.equal(wordOf(target, [[verifier, word(1)]]));
  });

  it("is answered by the first later round in which somebody reveals, where nobody does", async () => {
    const empty = await rounds.ask();
    await rounds.toEnd(empty.round);
    const silent = empty.round + 1n;
    await rounds.before(silent * roundBlocks);
    await rounds.commit(verifier, silent, word(1));
    await rounds.toEnd(silent);
    await request("evm_mine", []);
    const targets = [empty.target, empty.target + roundBlocks, empty.target + 2n * roundBlocks];
    for (const target of targets) expect(await rounds.read("wordOf", [target])).to.equal(zeroHash);
    const answering = silent + 1n;
    await rounds.commit(second, answering, word(2));
    await rounds.toReveal(answering);
    await rounds.reveal(second, answering, word(2));
    for (const target of targets) expect(await rounds.read("wordOf", [target])).to.equal(zeroHash);
    await rounds.toEnd(answering);
    for (const target of targets) {
      expect(await rounds.word(target)).to.equal(wordOf(target, [[second, word(2)]]));
      expect(await rounds.read("answeringRound", [target])).to.equal(answering);
    }
  });

  it("attack: the last to reveal chooses between two words, and burns a bond for it", async () => {
    const { round, target } = await rounds.ask();
    await rounds.commit(verifier, round, word(1));
    await rounds.commit(rival, round, word(2));
    await rounds.toReveal(round);
    await rounds.reveal(verifier, round, word(1));
    // He knows both words now, and likes the one without his secret.
    const [open, kept] = [
      wordOf(target, [
        [verifier, word(1)],
        [rival, word(2)],
      ]),
      wordOf(target, [[verifier, word(1)]]),
    ];
    expect(open).to.not.equal(kept);
    await rounds.toEnd(round);
    expect(await rounds.word(target)).to.equal(kept);
    const burned = await world.balance(burnAddress);
    await world.send(stranger, rounds.beacon, "burn", [round]);
    expect((await world.balance(burnAddress)) - burned).to.equal(bond);
    await rounds.fails(stranger, "burn", [round], "NothingToBurn", [round]);
    expect(await world.credit(rounds.beacon, rival)).to.equal(0n);
    expect(await world.credit(rounds.beacon, verifier)).to.equal(bond);
    expect(await world.balance(rounds.beacon.address)).to.equal(bond);
    expect(await rounds.read("wordOf", [target])).to.equal(kept);
  });

  it("attack: another's commitment cannot be copied to cancel it out", async () => {
    const { round, target } = await rounds.ask();
    const copied = commitmentOf(round, verifier, word(1));
    await rounds.commit(verifier, round, word(1));
    await world.send(rival, rounds.beacon, "commit", [round, copied]);
    await rounds.toReveal(round);
    await rounds.reveal(verifier, round, word(1));
    const own = commitmentOf(round, rival, word(1));
    await rounds.fails(rival, "reveal", [round, word(1)], "WrongSecret", [copied, own]);
    await rounds.toEnd(round);
    expect(await rounds.word(target)).to.equal(wordOf(target, [[verifier, word(1)]]));
    await world.send(stranger, rounds.beacon, "burn", [round]);
  });

  it("attack: a crowd of small stakes keeps no larger one out", async () => {
    const { round, target } = await rounds.ask();
    const [crowd, honest] = [[verifier, world.accounts.solver, world.accounts.submitter], second] as const;
    for (const account of crowd.slice(1)) await enroll(world, account, 100n);
    await rounds.before((round + 1n) * roundBlocks);
    const next = round + 1n;
    for (const account of crowd) await rounds.commit(account, next, word(1));
    const late = [next, commitmentOf(next, world.accounts.challenger, word(5))];
    await enroll(world, world.accounts.challenger, 100n);
    await rounds.fails(world.accounts.challenger, "commit", late, "RoundFull", [next, 100n, 100n]);
    await rounds.commit(honest, next, word(2));
    // The first of the least lost his place, and no money; nobody else did.
    expect(await world.credit(rounds.beacon, crowd[0])).to.equal(bond);
    expect(await rounds.read("commitmentIn", [next, crowd[0]])).to.equal(zeroHash);
    expect(await rounds.read("secretsOf", [next])).to.deep.equal([places, 0n]);
    await rounds.toReveal(next);
    await rounds.fails(crowd[0], "reveal", [next, word(1)], "NoCommitment", [next, crowd[0]]);
    for (const [account, secret] of [
      [crowd[1], word(1)],
      [honest, word(2)],
      [crowd[2], word(1)],
    ] as const)
      await rounds.reveal(account!, next, secret);
    await rounds.toEnd(next);
    const secrets = [
      [crowd[1]!, word(1)],
      [crowd[2]!, word(1)],
      [honest, word(2)],
    ] as const;
    expect(await rounds.word(target)).to.equal(wordOf(target, secrets));
    expect(await world.balance(rounds.beacon.address)).to.equal(4n * bond);
  });

  it("is deployed with blocks, a bond and places, and takes nothing before it is bound", async () => {
    const good: readonly unknown[] = [world.token.address, 1n, 1n, 1n, 1n];
    const refused = [
      [0, zeroAddress, "ZeroAddress"],
      [1, 0n, "NoBlocks"],
      [2, 0n, "NoBlocks"],
      [3, 0n, "NoBond"],
      [4, 0n, "NoPlaces"],
    ] as const;
    for (const [index, value, error] of refused)
      await world.deployFails("CommitRevealBeacon", good.with(index, value), error);
    const long = [world.token.address, 1_000n, 1n, 1n, 1n] as const;
    const unbound = { ...(await world.deploy("CommitRevealBeacon", ...long)), abi: commitRevealBeaconAbi };
    const [round] = await world.read<[bigint, boolean]>(unbound, "currentRound");
    await world.fails(verifier, unbound, "commit", [round, word(1)], "Unbound");
  });

  it("refuses a token that takes a fee, and calls from the middle of a transfer", async () => {
    const odd = await oddWorld();
    const strange = await Rounds.create(odd);
    const { round } = await strange.ask();
    await odd.send(odd.accounts.deployer, odd.token, "setFee", [100n]);
    const args = [round, commitmentOf(round, verifier, word(1))];
    await strange.fails(verifier, "commit", args, "ShortTransfer", [bond, bond - bond / 10n]);
    await odd.send(odd.accounts.deployer, odd.token, "setFee", [0n]);
    await odd.duringTransfer(strange.beacon, "burn", [0n]);
    await strange.fails(verifier, "commit", args, "ReentrancyGuardReentrantCall");
  });
});
