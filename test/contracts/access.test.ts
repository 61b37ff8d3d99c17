import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { toFunctionSelector, type AbiFunction, type Address } from "viem";
import { commitRevealBeaconAbi, phases, prevrandaoBeaconAbi, type Part, type Phase } from "../../protocol/index.ts";
import { Arena } from "./support/games.ts";
import { goodTerms, readJob, running, submit, word } from "./support/jobs.ts";
import { Window } from "./support/seats.ts";
import { freshWorld, request, type Target, type World } from "./support/world.ts";

/** A row of the table in docs/contracts/access.md, a function at a time. */
interface Access {
  readonly contract: string;
  readonly name: string;
  /** What anyone else's call reverts with; undefined where there is no one else. */
  readonly error: string | undefined;
}

const page = join(import.meta.dirname, "../../docs/contracts/access.md");
const rows: Access[] = readFileSync(page, "utf8")
  .split("\n")
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .filter((cells) => cells.length === 6 && (cells[2] ?? "").startsWith("`"))
  .flatMap(([, contract = "", names = "", , error = ""]) =>
    names.split(", ").map((name) => ({
      contract,
      name: name.replaceAll("`", ""),
      error: error === "-" ? undefined : error,
    })),
  );

/** Blocks of each part of a round: more than any test takes. */
const partBlocks = 1_000n;

/** The beacon that no world draws by, besides. */
async function commitReveal(world: World): Promise<Target> {
  const beacon = await world.deploy("CommitRevealBeacon", world.token.address, partBlocks, partBlocks, 1n, 1n);
  const target = { ...beacon, abi: commitRevealBeaconAbi };
  await world.send(world.accounts.deployer, target, "bind", [[world.verification.address]]);
  return target;
}

/** What a round's parts allow. */
const ofRound = ["commit", "reveal"];

const ids = (world: World, commitRevealBeacon: Target): Record<string, Target> => ({
  Staking: world.staking,
  JobMarket: world.market,
  Verification: world.verification,
  Pinpoint: world.pinpoint,
  Availability: world.availability,
  PrevrandaoBeacon: { ...world.beacon, abi: prevrandaoBeaconAbi },
  CommitRevealBeacon: commitRevealBeacon,
  ModelRegistry: world.registry,
});

/** Functions of a contract that change something, by name. The double's own are the test's. */
function changing(contract: string, { abi }: Target): string[] {
  const functions = abi.filter((item): item is AbiFunction => item.type === "function");
  const writes = functions.filter(({ stateMutability }) => !["view", "pure"].includes(stateMutability));
  const own = contract === "Pinpoint" ? writes.filter(({ name }) => name !== "set") : writes;
  return [...new Map(own.map((item) => [toFunctionSelector(item), item.name])).values()].toSorted();
}

/** Name of the error that a call reverts with; "success" where it does not. */
async function errorOf(world: World, from: Address, target: Target, name: string, args: readonly unknown[]) {
  try {
    await world.send(from, target, name, args);
    return "success";
  } catch (error) {
    return /reverted: (\w+)/.exec((error as Error).message)?.[1] ?? (error as Error).message;
  }
}

/** The phase in which a game waits for a move. */
const phaseOf: Readonly<Record<string, Phase>> = {
  revealSteps: "GridReveal",
  pickStep: "GridPick",
  revealTrace: "TraceReveal",
  pickSide: "SidePick",
  revealNodes: "OperatorReveal",
  pickNode: "OperatorPick",
  openTensor: "TensorReveal",
  revealChunk: "ChunkReveal",
  judge: "Judgement",
};

describe("access to the contracts", () => {
  let world: World;
  let beacon: Target;
  beforeEach(async () => {
    world = await freshWorld();
    beacon = await commitReveal(world);
  });

  it("is told of every function that changes anything, and of no other", () => {
    for (const [contract, target] of Object.entries(ids(world, beacon))) {
      const told = rows.filter((row) => row.contract === contract).map(({ name }) => name);
      expect(told.toSorted(), contract).to.deep.equal(changing(contract, target));
    }
    expect(new Set(rows.map(({ contract }) => contract))).to.deep.equal(new Set(Object.keys(ids(world, beacon))));
  });

  it("is refused to strangers, with the error that is told, wherever it is not for anyone", async () => {
    const { stranger, solver, verifier } = world.accounts;
    const terms = await goodTerms(world);
    // Drawn and sealed, so that every call of a seat is another's.
    const window = await Window.open(world, [verifier]);
    await window.at("Seal", 10);
    await window.send(verifier, "seal", window.seal(verifier, 0));
    const named = await submit(world, { ...terms, acceptBy: terms.acceptBy + 10_000n, solver });
    const run = await running(world, { ...terms, acceptBy: terms.acceptBy + 10_000n });
    const { termsHash } = await readJob(world, run);
    const parts: Readonly<Record<string, Exclude<Part, "None">>> = {
      seal: "Seal",
      attest: "Attest",
      accuse: "Accuse",
      reveal: "Open",
      proveAccusation: "Prove",
    };
    await world.send(solver, world.market, "commit", [run, termsHash, 0, word(1), word(2)]);
    const args: Readonly<Record<string, readonly unknown[]>> = {
      "Staking.lock": [stranger, 1n],
      "Staking.unlock": [stranger, 1n],
      "Staking.slash": [stranger, 1n, stranger, 0n],
      "Staking.bind": [[stranger, stranger]],
      "JobMarket.accept": [named, (await readJob(world, named)).termsHash, ""],
      "JobMarket.cancel": [named],
      "JobMarket.end": [run],
      "JobMarket.commit": [run, termsHash, 1, word(1), word(2)],
      "JobMarket.openDispute": [run, 0],
      "JobMarket.closeDispute": [run],
      "JobMarket.convict": [run, 0, true, 0n],
      "JobMarket.payFee": [run, stranger],
      "JobMarket.payJackpot": [run, stranger, 1n],
      "JobMarket.bind": [[stranger, stranger, stranger]],
      "Verification.seal": window.seal(stranger, 0),
      "Verification.attest": window.attestation(verifier, 0),
      "Verification.accuse": window.accusation(stranger, stranger, 0),
      "Verification.reveal": window.reveal(verifier, 0),
      "Verification.proveAccusation": window.proof(stranger, verifier, 0),
      "Pinpoint.forfeit": [run, 0, stranger],
      "Pinpoint.bind": [[stranger, stranger]],
      "JobMarket.withdraw": [],
      "JobMarket.withdrawTo": [stranger],
      "Availability.withdraw": [],
      "Availability.withdrawTo": [stranger],
      "Pinpoint.withdraw": [],
      "Pinpoint.withdrawTo": [stranger],
      "CommitRevealBeacon.bind": [[stranger]],
      "CommitRevealBeacon.withdraw": [],
      "CommitRevealBeacon.withdrawTo": [stranger],
    };
    const elsewhere = ({ contract, name }: Access) =>
      phaseOf[name] !== undefined || (contract === "CommitRevealBeacon" && ofRound.includes(name));
    const restricted = rows.filter((row) => row.error !== undefined && !elsewhere(row));
    const rank = ({ name }: Access) => Object.keys(parts).indexOf(name);
    for (const { contract, name, error } of restricted.toSorted((a, b) => rank(a) - rank(b))) {
      if (parts[name] !== undefined && name !== "seal") await window.at(parts[name]);
      const target = ids(world, beacon)[contract]!;
      const given = args[`${contract}.${name}`];
      expect(given, `arguments for ${contract}.${name}`).to.not.equal(undefined);
      const all = { ...target, abi: [...target.abi, ...world.staking.abi] };
      expect(await errorOf(world, stranger, all, name, given!), `${contract}.${name}`).to.equal(error);
    }
    expect(restricted.length).to.equal(Object.keys(args).length);
  });

  it("of a round is for enrolled verifiers, and then for those who committed", async () => {
    const { stranger } = world.accounts;
    const [round] = await world.read<[bigint, boolean]>(beacon, "currentRound");
    for (const name of ofRound) {
      const { error } = rows.find((row) => row.contract === "CommitRevealBeacon" && row.name === name)!;
      expect(await errorOf(world, stranger, beacon, name, [round, word(1)]), name).to.equal(error);
      await request("hardhat_mine", [`0x${partBlocks.toString(16)}`]);
    }
  });

  it("of a game is its mover's alone, in every phase", async () => {
    const arena = await Arena.create(world);
    const gameId = await arena.open();
    const seen = new Set<string>();
    for (let phase = await arena.phase(gameId); phases.indexOf(phase) < phases.indexOf("Judgement");) {
      await refuseStrangers(arena, gameId, seen);
      await arena.move(gameId);
      phase = await arena.phase(gameId);
    }
    await refuseStrangers(arena, gameId, seen);
    const moves = rows.filter(({ name }) => phaseOf[name] !== undefined);
    expect([...seen].toSorted()).to.deep.equal(moves.map(({ name }) => name).toSorted());
    for (const { name, error } of moves) expect(error, name).to.equal("NotMover");
  });

  /** The move that is due, made by everyone else. */
  async function refuseStrangers(arena: Arena, gameId: bigint, seen: Set<string>): Promise<void> {
    const { name, args } = await arena.rightMove(gameId);
    const mover = await arena.mover(gameId);
    const place = await arena.place(gameId);
    for (const from of Object.values(world.accounts).filter((account) => account !== mover)) {
      const call = [gameId, ...place, ...args];
      expect(await errorOf(world, from, world.pinpoint, name, call), name).to.equal("NotMover");
    }
    seen.add(name);
  }
});
